using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hedgerow.Postgres.Encryption;

namespace Hedgerow.Cli.State;

/// <summary>
/// The secrets of one installation: generated on the first start, kept in <c>secrets.json</c> (mode 0600) under the names of the settings that they
/// are defaults for. The environment wins over them.
/// </summary>
public sealed class StateSecrets
{
    private readonly JsonObject _values;

    private StateSecrets(JsonObject values) => _values = values;

    /// <summary>The embedded server's superuser password.</summary>
    public string EmbeddedPassword => _values["Embedded"]!["Password"]!.GetValue<string>();

    /// <summary>When the keys were issued; fixed, so that they are the same after every start.</summary>
    public DateTimeOffset KeysIssuedAt => DateTimeOffset.FromUnixTimeSeconds(_values["Keys"]!["IssuedAt"]!.GetValue<long>());

    /// <summary>The values as settings: <c>Jwt:Secret</c>, <c>Db:LoginSecret</c>, <c>Encryption:PrivateKey</c>.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings() =>
        from setting in Generated
        select KeyValuePair.Create($"{setting.Section}:{setting.Name}", (string?)_values[setting.Section]![setting.Name]!.GetValue<string>());

    /// <summary>Reads the file; what is not in it yet is generated and written.</summary>
    /// <exception cref="CommandFailure">The file cannot be read.</exception>
    public static StateSecrets Open(StateFolder state)
    {
        var values = Read(state.Secrets);
        var complete = true;
        foreach (var (section, name, generate) in Generated.Append(("Embedded", "Password", () => Random(24))))
            complete &= !Add(values, section, name, () => JsonValue.Create(generate()));
        complete &= !Add(values, "Keys", "IssuedAt", () => JsonValue.Create(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));

        if (!complete)
            StateFolder.WriteSecret(state.Secrets, JsonSerializer.SerializeToUtf8Bytes(values, s_indented));
        return new StateSecrets(values);
    }

    /// <summary>The secrets that production needs from its environment, and how each is made.</summary>
    public static IReadOnlyList<(string Section, string Name, Func<string> Generate)> Generated { get; } =
    [
        ("Jwt", "Secret", () => Random(32)),
        ("Db", "LoginSecret", () => Random(32)),
        ("Encryption", "PrivateKey", () => OpenPgpKeyPair.Generate(DateTimeOffset.UtcNow).SecretKeyBase64),
    ];

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>True when it was not there.</summary>
    private static bool Add(JsonObject values, string section, string name, Func<JsonNode> generate)
    {
        if (values[section] is not JsonObject inner) values[section] = inner = [];
        if (inner[name] is not null) return false;
        inner[name] = generate();
        return true;
    }

    private static JsonObject Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonNode.Parse(File.ReadAllBytes(file)) as JsonObject ?? throw new JsonException("not an object") : [];
        }
        catch (Exception e) when (e is JsonException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                $"The secrets in {file} cannot be read ({e.Message.TrimEnd('.')}).",
                "Run as the owner of the state folder, and restore the file from a backup if it is damaged: encrypted columns cannot be read without it.");
        }
    }

    /// <summary>Random bytes as base64url: safe in environment files, URLs and shells.</summary>
    public static string Random(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));
}
