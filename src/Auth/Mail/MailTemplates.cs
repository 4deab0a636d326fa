using Hedgerow.Auth.Mail.Templating;

namespace Hedgerow.Auth.Mail;

/// <summary>Every mail's subject and body, read when the platform starts.</summary>
public sealed class MailTemplates
{
    private readonly Dictionary<string, (Template Subject, Template Body)> _templates;

    private MailTemplates(Dictionary<string, (Template, Template)> templates) => _templates = templates;

    /// <summary>Reads the files that are there, and what is built in where there is none.</summary>
    /// <exception cref="FormatException">A template is broken, or its folder is not there; the message names file and line.</exception>
    public static MailTemplates Load(MailOptions options)
    {
        if (options.Templates.Length > 0 && !Directory.Exists(options.Templates)) throw new FormatException($"there is no folder {options.Templates}");
        var templates = new Dictionary<string, (Template, Template)>(StringComparer.Ordinal);
        foreach (var kind in MailKind.All)
        {
            var file = options.Templates.Length > 0 ? Path.Combine(options.Templates, $"{kind.Name}.html") : "";
            var body = File.Exists(file) ? Read(file, File.ReadAllText(file), Template.Html) : Read($"{kind.Name}.html (built in)", BuiltIn(kind), Template.Html);
            var subject = kind.Configured(options.Subjects) is { Length: > 0 } configured ? configured : kind.Subject;
            templates[kind.Name] = (Read($"the subject of {kind.Name}", subject, Template.Line), body);
        }
        return new MailTemplates(templates);
    }

    public string Subject(MailKind kind, TemplateValues values) => _templates[kind.Name].Subject.Render(values);

    public string Body(MailKind kind, TemplateValues values) => _templates[kind.Name].Body.Render(values);

    private static Template Read(string name, string source, Func<string, Template> parse)
    {
        try
        {
            return parse(source);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{name}, {e.Message}", e);
        }
    }

    private static string BuiltIn(MailKind kind)
    {
        using var stream = typeof(MailTemplates).Assembly.GetManifestResourceStream($"Hedgerow.Auth.Mail.{kind.Name}.html")
            ?? throw new InvalidOperationException($"No template is built in for {kind.Name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
