using System.CommandLine;
using Hedgerow.Cli.State;

namespace Hedgerow.Cli.Commands;

/// <summary><c>hedgerow keys generate</c>: the secrets of a production installation, as an environment file for docker-compose.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        var generate = new Command("generate", "Print an .env with new secrets: ./hedgerow keys generate > .env");
        generate.SetAction(_ =>
        {
            Console.WriteLine("# Secrets of one installation. Keep a copy where the database's backups are not:");
            Console.WriteLine("# without the private key, encrypted columns cannot be read again.");
            foreach (var (section, name, make) in StateSecrets.Generated)
                Console.WriteLine($"HEDGEROW_{section}__{name}={make()}");
            Console.WriteLine($"POSTGRES_PASSWORD={StateSecrets.Random(24)}");
            Console.WriteLine($"MINIO_ROOT_PASSWORD={StateSecrets.Random(24)}");
        });
        return new Command("keys", "Make keys.") { generate };
    }
}
