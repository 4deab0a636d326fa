-- A part's number is given again until a part of it counts. A server that puts parts together only while it holds no others (Ceph's S3 gateway) would
-- otherwise never put an upload together of which a part was stored and did not count: its writer was overtaken, or its gateway died just then.
-- What an overtaken writer may still store in the place of a part that counts has another receipt, so that it is never taken for it.

alter table storage.resumable_uploads drop column last_part;

comment on table storage.resumable_upload_parts is 'The parts of a resumable upload that count, in order';
