using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Hedgerow.Storage.Backends;

/// <summary>
/// Bytes in a bucket of MinIO or any S3 server. Bodies whose length is known stream through; others are spooled to a temporary file part by part, since S3
/// wants to know lengths. A server that does not go on for as long as the patience lasts counts as slow.
/// </summary>
public sealed class S3Backend : IObjectBackend
{
    private const long WorthParts = 256L * 1024 * 1024;
    private const long PartBytes = 64L * 1024 * 1024;
    private const long CopyLimit = 5L * 1024 * 1024 * 1024; // CopyObject takes no more
    private const int DeleteBatch = 1000; // DeleteObjects takes no more

    private readonly S3Url _url;
    private readonly TimeSpan _patience;
    private readonly AmazonS3Client _client;
    private volatile bool _bucketIsThere;

    public S3Backend(S3Url url, TimeSpan patience)
    {
        (_url, _patience) = (url, patience);
        _client = new AmazonS3Client(new BasicAWSCredentials(url.AccessKey, url.SecretKey), new AmazonS3Config
        {
            ServiceURL = url.Endpoint.ToString(),
            AuthenticationRegion = url.Region,
            ForcePathStyle = true,
            UseHttp = url.Endpoint.Scheme == Uri.UriSchemeHttp,
            MaxErrorRetry = 2,
            // The SDK's own would end a large upload that goes well; S3Patience watches for standstill.
            Timeout = Timeout.InfiniteTimeSpan,
            // Servers other than AWS refuse the trailing checksums that the SDK would add by itself.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }

    public string Place => _url.ToString();

    public async ValueTask<bool> AnswersAsync(CancellationToken cancellation)
    {
        await GuardedAsync(async patience =>
        {
            try
            {
                await _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _url.Bucket, MaxKeys = 1 }, patience.Token);
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && !_bucketIsThere)
            {
                await _client.PutBucketAsync(_url.Bucket, patience.Token);
            }
            _bucketIsThere = true;
            return true;
        }, cancellation);
        return true;
    }

    public Task PutAsync(VersionKey version, Stream body, long? length, CancellationToken cancellation) => length switch
    {
        null => PutSpooledAsync(version, body, cancellation),
        > WorthParts => PutInPartsAsync(version, body, length.Value, cancellation),
        _ => PutWholeAsync(version, body, length.Value, cancellation),
    };

    public async Task<StoredContent?> OpenAsync(VersionKey version, ByteRange? range, CancellationToken cancellation)
    {
        var request = new GetObjectRequest { BucketName = _url.Bucket, Key = KeyOf(version) };
        if (range is { } part) request.ByteRange = new Amazon.S3.Model.ByteRange(part.First, part.Last);
        try
        {
            var response = await GuardedAsync(patience => _client.GetObjectAsync(request, patience.Token), cancellation);
            return new S3Content(response, _patience);
        }
        catch (BackendException e) when (IsMissing(e))
        {
            return null;
        }
    }

    public async Task<bool> CopyAsync(VersionKey from, VersionKey to, CancellationToken cancellation)
    {
        try
        {
            var source = await GuardedAsync(patience => _client.GetObjectMetadataAsync(_url.Bucket, KeyOf(from), patience.Token), cancellation);
            if (source.ContentLength <= CopyLimit)
                await GuardedAsync(patience => _client.CopyObjectAsync(_url.Bucket, KeyOf(from), _url.Bucket, KeyOf(to), patience.Token), cancellation);
            else
                await CopyInPartsAsync(from, to, source.ContentLength, cancellation);
            return true;
        }
        catch (BackendException e) when (IsMissing(e))
        {
            return false;
        }
    }

    public async Task DeleteAsync(IReadOnlyCollection<VersionKey> versions, CancellationToken cancellation)
    {
        foreach (var batch in versions.Chunk(DeleteBatch))
        {
            var request = new DeleteObjectsRequest
            {
                BucketName = _url.Bucket,
                Quiet = true,
                Objects = [.. batch.Select(version => new KeyVersion { Key = KeyOf(version) })],
            };
            await GuardedAsync(patience => _client.DeleteObjectsAsync(request, patience.Token), cancellation);
        }
    }

    public async Task<string> BeginPartsAsync(VersionKey version, CancellationToken cancellation) =>
        (await GuardedAsync(patience => _client.InitiateMultipartUploadAsync(_url.Bucket, KeyOf(version), patience.Token), cancellation)).UploadId;

    public async Task<string> PutPartAsync(VersionKey version, string upload, int number, Stream body, long length, CancellationToken cancellation)
    {
        using var watched = new S3Patience(_patience, cancellation);
        await using var watchedBody = new WatchedBody(body, watched, length);
        await WatchedBody.Leave();
        var request = new UploadPartRequest
        {
            BucketName = _url.Bucket, Key = KeyOf(version), UploadId = upload, PartNumber = number, PartSize = length, InputStream = watchedBody,
        };
        return (await SendBodyAsync(watchedBody, watched, () => _client.UploadPartAsync(request, watched.Token))).ETag;
    }

    public async Task<bool> CompletePartsAsync(
        VersionKey version, string upload, ImmutableArray<(int Number, string Receipt)> parts, CancellationToken cancellation)
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = _url.Bucket, Key = KeyOf(version), UploadId = upload, PartETags = [.. parts.Select(part => new PartETag(part.Number, part.Receipt))],
        };
        try
        {
            await GuardedAsync(patience => _client.CompleteMultipartUploadAsync(request, patience.Token), cancellation);
            return true;
        }
        catch (BackendException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "InvalidPart" or "InvalidPartOrder" })
        {
            throw new BackendException(BackendFault.PartsMismatch, "The object store holds other parts than those that are named", e);
        }
        catch (BackendException e) when (IsMissing(e))
        {
            // Done already, if a crash or a lost answer made the caller ask once more.
            await GuardedAsync(patience => _client.GetObjectMetadataAsync(_url.Bucket, KeyOf(version), patience.Token), cancellation);
            return false;
        }
    }

    public async Task AbortPartsAsync(VersionKey version, string upload, CancellationToken cancellation)
    {
        try
        {
            await GuardedAsync(patience => _client.AbortMultipartUploadAsync(_url.Bucket, KeyOf(version), upload, patience.Token), cancellation);
        }
        catch (BackendException e) when (IsMissing(e))
        {
            // Gone already.
        }
    }

    public async IAsyncEnumerable<StoredItem> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request { BucketName = _url.Bucket, Prefix = _url.Prefix };
        ListObjectsV2Response page;
        do
        {
            page = await GuardedAsync(patience => _client.ListObjectsV2Async(request, patience.Token), cancellation);
            foreach (var item in page.S3Objects ?? [])
                if (VersionKey.Parse(item.Key[_url.Prefix.Length..]) is { } version)
                    yield return new StoredItem(version, item.Size ?? 0, item.LastModified ?? DateTimeOffset.MaxValue);
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public async Task<int> SweepAsync(DateTimeOffset before, IReadOnlySet<string> keptUploads, CancellationToken cancellation)
    {
        var swept = 0;
        var request = new ListMultipartUploadsRequest { BucketName = _url.Bucket, Prefix = _url.Prefix };
        ListMultipartUploadsResponse page;
        do
        {
            page = await GuardedAsync(patience => _client.ListMultipartUploadsAsync(request, patience.Token), cancellation);
            foreach (var upload in page.MultipartUploads ?? [])
            {
                if (upload.Initiated is not { } began || began >= before || keptUploads.Contains(upload.UploadId)
                    || VersionKey.Parse(upload.Key[_url.Prefix.Length..]) is not { } version) continue;
                await AbortPartsAsync(version, upload.UploadId, cancellation);
                swept++;
            }
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);
        return swept;
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private string KeyOf(VersionKey version) => _url.Prefix + version.Text;

    private async Task PutWholeAsync(VersionKey version, Stream body, long length, CancellationToken cancellation)
    {
        using var watched = new S3Patience(_patience, cancellation);
        await using var watchedBody = new WatchedBody(body, watched);
        await WatchedBody.Leave();
        var request = new PutObjectRequest { BucketName = _url.Bucket, Key = KeyOf(version), InputStream = watchedBody, AutoCloseStream = false };
        if (length == 0)
        {
            // Not every server takes a signed stream of chunks that holds none. The body is read to its end all the same: that it is empty is only said so far.
            await body.CopyToAsync(Stream.Null, cancellation);
            request.InputStream = new MemoryStream();
        }
        request.Headers.ContentLength = length;
        await SendBodyAsync(watchedBody, watched, () => _client.PutObjectAsync(request, watched.Token));
    }

    private Task PutInPartsAsync(VersionKey version, Stream body, long length, CancellationToken cancellation)
    {
        var left = length;
        // S3 takes 10,000 parts at most.
        var size = Math.Max(PartBytes, (length + 9_999) / 10_000);
        return PutPartsAsync(version, () =>
        {
            var next = Math.Min(size, left);
            left -= next;
            return ValueTask.FromResult(next == 0 ? null : new Part(new BoundedStream(body, next), next));
        }, cancellation);
    }

    private async Task PutSpooledAsync(VersionKey version, Stream body, CancellationToken cancellation)
    {
        await using var spool = new PartSpool();
        var length = await spool.FillAsync(body, PartSpool.PartBytes, cancellation);
        if (length < PartSpool.PartBytes)
        {
            await PutWholeAsync(version, spool.Content, length, cancellation);
            return;
        }
        var number = 0;
        await PutPartsAsync(version, async () =>
        {
            // The first one is there already. They grow, so that 10,000 of them hold any object that S3 takes.
            if (number > 0) length = await spool.FillAsync(body, PartSpool.PartBytes << (number / 2_000), cancellation);
            number++;
            return length == 0 ? null : new Part(spool.Content, length);
        }, cancellation);
    }

    private async Task PutPartsAsync(VersionKey version, Func<ValueTask<Part?>> next, CancellationToken cancellation)
    {
        var upload = await BeginPartsAsync(version, cancellation);
        try
        {
            var parts = ImmutableArray.CreateBuilder<(int, string)>();
            while (await next() is { } part)
                parts.Add((parts.Count + 1, await PutPartAsync(version, upload, parts.Count + 1, part.Body, part.Length, cancellation)));
            await CompletePartsAsync(version, upload, parts.ToImmutable(), cancellation);
        }
        catch
        {
            await TryAbortAsync(version, upload);
            throw;
        }
    }

    private async Task CopyInPartsAsync(VersionKey from, VersionKey to, long length, CancellationToken cancellation)
    {
        var upload = await BeginPartsAsync(to, cancellation);
        try
        {
            var size = Math.Max(CopyLimit / 5, (length + 9_999) / 10_000);
            var parts = ImmutableArray.CreateBuilder<(int, string)>();
            for (long first = 0; first < length; first += size)
            {
                var request = new CopyPartRequest
                {
                    SourceBucket = _url.Bucket, SourceKey = KeyOf(from), DestinationBucket = _url.Bucket, DestinationKey = KeyOf(to),
                    UploadId = upload, PartNumber = parts.Count + 1, FirstByte = first, LastByte = Math.Min(first + size, length) - 1,
                };
                parts.Add((request.PartNumber.Value, (await GuardedAsync(patience => _client.CopyPartAsync(request, patience.Token), cancellation)).ETag));
            }
            await CompletePartsAsync(to, upload, parts.ToImmutable(), cancellation);
        }
        catch
        {
            await TryAbortAsync(to, upload);
            throw;
        }
    }

    /// <summary>What failed is already on its way to the caller; the sweep finds what cannot be aborted now.</summary>
    private async Task TryAbortAsync(VersionKey version, string upload)
    {
        try
        {
            await AbortPartsAsync(version, upload, CancellationToken.None);
        }
        catch (BackendException)
        {
        }
    }

    /// <summary>A body's own failure (a client that went away, a limit) wins over what the SDK makes of it.</summary>
    private static async Task<T> SendBodyAsync<T>(WatchedBody body, S3Patience patience, Func<Task<T>> send)
    {
        try
        {
            patience.Begin();
            return await send();
        }
        catch (Exception e)
        {
            body.Failure?.Throw();
            if (S3Faults.Of(e, patience) is { } fault) throw fault;
            throw;
        }
    }

    private async Task<T> GuardedAsync<T>(Func<S3Patience, Task<T>> act, CancellationToken cancellation)
    {
        using var patience = new S3Patience(_patience, cancellation);
        try
        {
            patience.Begin();
            return await act(patience);
        }
        catch (Exception e) when (S3Faults.Of(e, patience) is { } fault)
        {
            throw fault;
        }
    }

    private static bool IsMissing(BackendException e) =>
        e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" };

    private sealed record Part(Stream Body, long Length);
}
