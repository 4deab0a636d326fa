using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Cli.Import;

/// <summary>What an import came to.</summary>
/// <param name="Present">Users whose id is there already; nothing of them was changed.</param>
/// <param name="Refused">Lines that were reported.</param>
internal sealed record ImportReport(long Imported, long Present, long Refused);

/// <summary>
/// Reads users line by line, so that a file may be larger than memory. One statement imports a user with identities, and the profiles that
/// applications' triggers make: all of it or nothing. Lines travel by hundreds in a transaction; where one of them fails, the hundred is undone and
/// goes line by line, which finds the one and spares the rest.
/// </summary>
internal sealed class UserImport(NpgsqlDataSource database, IImportProgress progress)
{
    private const int BatchSize = 200;

    /// <summary>No user is as long; whatever is, would not be read into memory by other tools either.</summary>
    private const int MaxLineLength = 4 * 1024 * 1024;

    private const string Import = """
        with given as (
          select * from jsonb_populate_record(null::auth.users, $1)),
        created as (
          insert into auth.users (
            instance_id, id, aud, role, email, phone, encrypted_password, email_confirmed_at, phone_confirmed_at, invited_at, confirmation_sent_at, recovery_sent_at,
            last_sign_in_at, raw_app_meta_data, raw_user_meta_data, is_super_admin, created_at, updated_at, banned_until, is_sso_user, deleted_at, is_anonymous,
            confirmation_token, recovery_token, email_change_token_new, email_change)
          select '00000000-0000-0000-0000-000000000000', id, coalesce(nullif(aud, ''), 'authenticated'), coalesce(nullif(role, ''), 'authenticated'), email, phone,
                 coalesce(encrypted_password, ''), email_confirmed_at, phone_confirmed_at, invited_at, confirmation_sent_at, recovery_sent_at,
                 last_sign_in_at, coalesce(raw_app_meta_data, '{}'), coalesce(raw_user_meta_data, '{}'), is_super_admin, coalesce(created_at, now()), coalesce(updated_at, now()),
                 banned_until, coalesce(is_sso_user, false), deleted_at, coalesce(is_anonymous, false), '', '', '', ''
          from given
          on conflict (id) do nothing
          returning id),
        ways as (
          insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at, id)
          select i.provider_id, created.id, i.identity_data, i.provider, i.last_sign_in_at, coalesce(i.created_at, now()), coalesce(i.updated_at, now()), coalesce(i.id, gen_random_uuid())
          from created, jsonb_populate_recordset(null::auth.identities, $2) i)
        select exists (select from created)
        """;

    private long _imported, _present, _refused;

    public async Task<ImportReport> RunAsync(string path, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // As migrations do: the owner of the tables, whoever logged in.
        await using (var become = new NpgsqlCommand("set role hedgerow_admin", connection)) await become.ExecuteNonQueryAsync(cancellation);
        await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Options = FileOptions.SequentialScan | FileOptions.Asynchronous });
        using var reader = new StreamReader(file, Encoding.UTF8);
        var batch = new List<(long Number, UserLine Line)>(BatchSize);
        for (var number = 1L; await reader.ReadLineAsync(cancellation) is { } text; number++)
        {
            if (Read(number, text) is { } line) batch.Add((number, line));
            if (batch.Count < BatchSize) continue;
            await WriteAsync(connection, batch, cancellation);
            batch.Clear();
            progress.Advance(file.Position);
        }
        await WriteAsync(connection, batch, cancellation);
        progress.Advance(file.Length);
        return new ImportReport(_imported, _present, _refused);
    }

    /// <summary>Null for an empty line, and for one that was refused.</summary>
    private UserLine? Read(long number, string text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        try
        {
            return text.Length <= MaxLineLength ? UserLine.Parse(text) : throw new FormatException($"is longer than {MaxLineLength} characters");
        }
        catch (FormatException e)
        {
            Refuse(number, e.Message);
            return null;
        }
    }

    private async Task WriteAsync(NpgsqlConnection connection, List<(long Number, UserLine Line)> batch, CancellationToken cancellation)
    {
        if (batch.Count == 0) return;
        try
        {
            Count(await SendAsync(connection, batch.Select(entry => entry.Line), cancellation));
            return;
        }
        catch (PostgresException)
        {
            // All of it is undone; below, the line that failed is found.
        }
        foreach (var (number, line) in batch)
        {
            try
            {
                Count(await SendAsync(connection, [line], cancellation));
            }
            catch (PostgresException e)
            {
                Refuse(number, Reason(e));
            }
        }
    }

    /// <summary>One transaction; for each line whether it made a user.</summary>
    private static async Task<List<bool>> SendAsync(NpgsqlConnection connection, IEnumerable<UserLine> lines, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var line in lines)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Import)
            {
                Parameters =
                {
                    new() { Value = line.User, NpgsqlDbType = NpgsqlDbType.Jsonb },
                    new() { Value = line.Identities, NpgsqlDbType = NpgsqlDbType.Jsonb },
                },
            });
        var made = new List<bool>();
        await using var results = await batch.ExecuteReaderAsync(cancellation);
        do
        {
            while (await results.ReadAsync(cancellation)) made.Add(results.GetBoolean(0));
        }
        while (await results.NextResultAsync(cancellation));
        return made;
    }

    private void Count(List<bool> made)
    {
        _imported += made.Count(isNew => isNew);
        _present += made.Count(isNew => !isNew);
    }

    private void Refuse(long number, string reason)
    {
        _refused++;
        progress.Refuse(number, reason);
    }

    /// <summary>What the database says, without the values: a report is read by more people than a table.</summary>
    private static string Reason(PostgresException e) => e switch
    {
        { ConstraintName: "users_email_partial_key" } => "another user has the e-mail address",
        { ConstraintName: "users_phone_key" } => "another user has the phone number",
        { ConstraintName: "identities_provider_id_provider_unique" } => "another user has one of the identities",
        { SqlState: PostgresErrorCodes.UntranslatableCharacter } => "a text holds U+0000, which cannot be stored",
        _ => $"{e.MessageText} ({e.SqlState})",
    };
}
