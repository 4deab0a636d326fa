-- What must never reach a log: values under telling names, and anything that looks like a token, wherever it stands.

create function hedgerow.redact_text(content text) returns text
language sql immutable parallel safe set search_path = ''
as $$
  select regexp_replace(regexp_replace(content,
    -- A JWT: three base64url parts, the first of which begins with {"
    'eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*', '[redacted]', 'g'),
    -- Keys as Stripe, OpenAI, Anthropic, GitHub, GitLab, Slack and AWS write them.
    '\m((sk|rk|pk)[-_]|whsec_|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA)[-_A-Za-z0-9]{12,}', '[redacted]', 'g')
$$;
comment on function hedgerow.redact_text(text) is 'The text with JWTs and well-known kinds of API keys replaced by [redacted].';

create function hedgerow.redact(body jsonb) returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
  return case jsonb_typeof(body)
    when 'object' then (
      select coalesce(jsonb_object_agg(e.key,
        case
          when e.key ~* '(passw|secret|token|api_?-?key|authori[sz]ation|cookie|credential|private_?key|_encrypted$|^otp$|^nonce$|^code_verifier$|^signature$|^cvc$|card_?number)'
            and jsonb_typeof(e.value) not in ('null', 'boolean', 'number')
          then '"[redacted]"'::jsonb
          else hedgerow.redact(e.value)
        end), '{}'::jsonb)
      from jsonb_each(body) as e)
    when 'array' then (
      select coalesce(jsonb_agg(hedgerow.redact(a.value) order by a.ordinality), '[]'::jsonb)
      from jsonb_array_elements(body) with ordinality as a)
    when 'string' then to_jsonb(hedgerow.redact_text(body #>> '{}'))
    else body
  end;
end
$$;
comment on function hedgerow.redact(jsonb) is
  'The document with values under telling names (password, token, secret, …) and token-like texts replaced by "[redacted]".';

-- Owned by the definer, who runs the functions that call them.
alter function hedgerow.redact_text(text) owner to hedgerow_definer;
alter function hedgerow.redact(jsonb) owner to hedgerow_definer;
