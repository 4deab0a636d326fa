using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hedgerow.Cli.State;

/// <summary>What a running <c>up</c> tells the other commands, in <c>running.json</c> (its owner's alone: it holds keys).</summary>
/// <param name="Pid">The process to signal.</param>
/// <param name="Ready">Whether <c>/health/ready</c> has answered.</param>
/// <param name="ApiUrl">Where it listens, without a path: <c>http://127.0.0.1:8000</c>.</param>
/// <param name="DbUrl">The admin login's URL.</param>
/// <param name="AnonKey">Null where no signing key is configured.</param>
public sealed record RunningPlatform(
    int Pid, bool Ready, string ApiUrl, string? DbUrl = null, string? AnonKey = null, string? ServiceRoleKey = null, string? JwtSecret = null)
{
    /// <summary>Where WebSockets connect to, without the path of a protocol: <c>ws://127.0.0.1:8000/realtime/v1</c>.</summary>
    [JsonIgnore]
    public string RealtimeUrl => "ws" + ApiUrl["http".Length..] + "/realtime/v1";

    /// <summary>The platform that runs on <paramref name="state"/>; null when none does, whatever a crash left in the file.</summary>
    public static RunningPlatform? Find(StateFolder state)
    {
        if (!StateLock.IsHeld(state)) return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(state.Running), RunningJson.Default.RunningPlatform);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null; // it began this moment, or another command holds the folder for a while
        }
    }

    public void Write(StateFolder state) =>
        StateFolder.WriteSecret(state.Running, JsonSerializer.SerializeToUtf8Bytes(this, RunningJson.Default.RunningPlatform));

    /// <summary>What a script needs, under the names that Supabase's <c>status</c> has; only what exists.</summary>
    public IEnumerable<(string Name, string Value)> Variables()
    {
        yield return ("API_URL", ApiUrl);
        yield return ("REALTIME_URL", RealtimeUrl);
        if (AnonKey is not null) yield return ("ANON_KEY", AnonKey);
        if (ServiceRoleKey is not null) yield return ("SERVICE_ROLE_KEY", ServiceRoleKey);
        if (JwtSecret is not null) yield return ("JWT_SECRET", JwtSecret);
        if (DbUrl is not null) yield return ("DB_URL", DbUrl);
    }
}

[JsonSerializable(typeof(RunningPlatform))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class RunningJson : JsonSerializerContext;
