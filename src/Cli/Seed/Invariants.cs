using Npgsql;

namespace Hedgerow.Cli.Seed;

/// <summary>
/// What holds in every world, seeded or lived in. Triggers keep these rules when people write; the seed loads with the
/// triggers off, so it asks the database itself before it commits.
/// </summary>
public static class Invariants
{
    /// <summary>A rule and the query that counts the rows which break it.</summary>
    private static readonly (string Rule, string Breaches)[] Rules =
    [
        ("every account has a profile with its address",
            "select count(*) from auth.users as a left join public.users as u on u.id = a.id where u.email is distinct from a.email"),
        ("every workspace has exactly one owner, its owner_id",
            """
            select count(*) from public.workspaces as w
            left join (select workspace_id, count(*) as owners, min(user_id::text)::uuid as owner from public.workspace_members where role = 'owner' group by 1) as m
              on m.workspace_id = w.id
            where m.owners is distinct from 1 or m.owner <> w.owner_id
            """),
        ("no child is older than its parent",
            """
            select (select count(*) from public.projects as c join public.workspaces as p on p.id = c.workspace_id where c.created_at < p.created_at)
              + (select count(*) from public.conversations as c join public.projects as p on p.id = c.project_id where c.created_at < p.created_at)
              + (select count(*) from public.workspaces as c join public.users as p on p.id = c.owner_id where c.created_at < p.created_at)
            """),
        ("a conversation was updated with its last message, and nothing was said before it began",
            """
            select count(*) from public.conversations as c
            join (select conversation_id, min(created_at) as first, max(created_at) as last from public.messages group by 1) as m on m.conversation_id = c.id
            where m.last <> c.updated_at or m.first < c.created_at
            """),
        ("versions of a file are numbered from 1 without a gap, and the last one is what the file holds",
            """
            select count(*) from public.files as f
            left join (select file_id, count(*) as versions, min(version_number) as first, max(version_number) as last from public.file_versions group by 1) as v
              on v.file_id = f.id
            left join public.file_versions as l on l.file_id = f.id and l.version_number = v.last
            where f.type = 'file' and (v.versions is null or v.first <> 1 or v.last <> v.versions or l.content <> f.content)
            """),
        ("a file lies in a folder of its project, is named after its path and knows its size",
            """
            select count(*) from public.files as f left join public.files as p on p.id = f.parent_id
            where f.name <> regexp_replace(f.path, '^.*/', '')
              or f.path <> coalesce(p.path || '/', '') || f.name
              or (f.parent_id is not null and (p.type <> 'folder' or p.project_id <> f.project_id))
              or (f.type = 'file' and f.size_bytes <> octet_length(f.content))
            """),
        ("what lies in a project is as public as the project",
            """
            select (select count(*) from public.conversations as c join public.projects as p on p.id = c.project_id where c.in_public_project <> (p.visibility = 'public'))
              + (select count(*) from public.messages as m join public.conversations as c on c.id = m.conversation_id
                 where (m.project_id, m.in_public_project) is distinct from (c.project_id, c.in_public_project))
              + (select count(*) from public.files as f join public.projects as p on p.id = f.project_id where f.in_public_project <> (p.visibility = 'public'))
              + (select count(*) from public.file_versions as v join public.files as f on f.id = v.file_id
                 where (v.project_id, v.in_public_project) is distinct from (f.project_id, f.in_public_project))
              + (select count(*) from public.editor_sessions as s join public.projects as p on p.id = s.project_id where s.in_public_project <> (p.visibility = 'public'))
              + (select count(*) from public.code_analyses as a join public.projects as p on p.id = a.project_id where a.in_public_project <> (p.visibility = 'public'))
            """),
        ("every finished AI job of the last 80 days was metered, to the token",
            """
            select count(*) from public.ai_jobs as j
            left join public.usage_records as u on u.metadata ->> 'ai_job_id' = j.id::text
            where j.status = 'completed' and j.completed_at > now() - interval '80 days' and u.amount is distinct from j.tokens_used
            """),
        ("usage is paid by the owner of the workspace it happened in",
            "select count(*) from public.usage_records as u join public.workspaces as w on w.id = u.workspace_id where u.billed_to is distinct from w.owner_id"),
        ("storage in use is the sum of the files",
            """
            select count(*) from public.workspaces as w
            left join hedgerow.storage_use as s on s.billed_to = w.owner_id
            left join (select p.workspace_id, sum(f.size_bytes) / 1e9 as gb from public.files as f join public.projects as p on p.id = f.project_id group by 1) as f
              on f.workspace_id = w.id
            where coalesce(s.gb, 0) <> coalesce(f.gb, 0)
            """),
        ("nobody uses more than the plan allows",
            """
            select count(*) from public.workspaces as w cross join unnest(array['projects', 'ai_tokens', 'storage_gb']) as r (resource)
            where hedgerow.usage_of(w.owner_id, r.resource) > ((hedgerow.plan_of(w.owner_id)).limits ->> r.resource)::numeric
            """),
        ("an invoice is for the price of the subscribed plan, and a paid one is paid in full",
            """
            select count(*) from public.invoices as i
            join public.subscriptions as s on s.customer_id = i.customer_id join public.subscription_plans as p on p.id = s.plan_id
            where i.amount_due <> case s.billing_interval when 'yearly' then p.price_yearly else p.price_monthly end
              or (i.status = 'paid') <> (i.amount_paid = i.amount_due)
            """),
        ("what is marked encrypted is encrypted",
            """
            select (select count(*) from public.environment_variables where value_encrypted not like '-----BEGIN PGP MESSAGE-----%')
              + (select count(*) from public.api_integrations where api_key_encrypted not like '-----BEGIN PGP MESSAGE-----%')
            """),
        ("every environment variable's creation was audited",
            """
            select count(*) from public.environment_variables as v
            where not exists (select from public.environment_variable_changes as c where c.variable_id = v.id and c.action = 'created')
            """),
    ];

    /// <summary>The first rule that rows break and how many do; null when all hold.</summary>
    public static async Task<(string Rule, long Breaches)?> FirstBroken(NpgsqlConnection connection, Action<int, int> progress, CancellationToken cancellation)
    {
        progress(0, Rules.Length);
        foreach (var (place, (rule, breaches)) in Rules.Index())
        {
            await using var command = new NpgsqlCommand(breaches, connection) { CommandTimeout = 0 };
            if (await command.ExecuteScalarAsync(cancellation) is long count and > 0)
                return (rule, count);
            progress(place + 1, Rules.Length);
        }

        return null;
    }
}
