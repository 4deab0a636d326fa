using System.Text.Json;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Mail.Templating;

namespace Hedgerow.Tests.Unit.Auth.Mail;

public sealed class TemplateTests
{
    private static string Html(string template, string data = "{}", params (string Name, string Value)[] texts) => Template.Html(template).Render(Values(data, texts));

    private static string Line(string template, string data = "{}", params (string Name, string Value)[] texts) => Template.Line(template).Render(Values(data, texts));

    private static TemplateValues Values(string data, (string Name, string Value)[] texts) =>
        new(texts.ToDictionary(text => text.Name, text => text.Value), JsonSerializer.Deserialize<JsonElement>(data));

    [Theory]
    [InlineData("<p>{{ .Token }}</p>", "<p>123456</p>")]
    [InlineData("<p>{{.Token}}</p>", "<p>123456</p>")]
    [InlineData("<p>\n  {{- .Token -}}\n</p>", "<p>123456</p>")]
    [InlineData("<{{ .Token }}>", "<123456>")]
    public void A_value_stands_where_it_is_named(string template, string expected) => Assert.Equal(expected, Html(template, "{}", ("Token", "123456")));

    [Theory]
    [InlineData("""{{ .Data.name }}""", "Ann")]
    [InlineData("""{{ .Data.address.city }}""", "Kyiv")]
    [InlineData("""{{ .Data.missing }}{{ .Data.address.city.further }}{{ .Data.nothing }}""", "")]
    [InlineData("""{{ .Data.age }} {{ .Data.vip }}""", "7 true")]
    [InlineData("""{{ if .Data.vip }}yes{{ else }}no{{ end }}""", "yes")]
    [InlineData("""{{ if not .Data.vip }}yes{{ else }}no{{ end }}""", "no")]
    [InlineData("""{{ if .Data.off }}a{{ else if .Data.empty }}b{{ else if eq .Data.language "de" "uk" }}c{{ else }}d{{ end }}""", "c")]
    [InlineData("""{{ if ne .Data.language "uk" }}a{{ end }}b""", "b")]
    [InlineData("""{{ if and .Data.vip (eq .Data.name "Ann") }}both{{ end }}""", "both")]
    [InlineData("""{{ or .Data.nick .Data.name "friend" }}{{ or .Data.nick "friend" }}""", "Annfriend")]
    [InlineData("""a{{/* said to nobody */}}b""", "ab")]
    public void Members_of_the_metadata_and_conditions_are_evaluated(string template, string expected) =>
        Assert.Equal(expected, Html(template, """{"name":"Ann","age":7,"vip":true,"off":false,"empty":"","nothing":null,"language":"uk","address":{"city":"Kyiv"}}"""));

    [Theory]
    [InlineData("<b>{{ .Data.x }}</b>", "<script>alert(1)</script>", "<b>&lt;script&gt;alert(1)&lt;/script&gt;</b>")]
    [InlineData("<b title=\"{{ .Data.x }}\">", "\" onclick=\"x", "<b title=\"&quot; onclick=&quot;x\">")]
    [InlineData("<b title='{{ .Data.x }}'>", "' onclick='x", "<b title='&#x27; onclick=&#x27;x'>")]
    [InlineData("<a href=\"{{ .Data.x }}\">", "javascript:alert(1)", "<a href=\"#blocked\">")]
    [InlineData("<a href=\"{{ .Data.x }}\">", " JaVaScRiPt:alert(1)", "<a href=\"#blocked\">")]
    [InlineData("<a href=\"{{ .Data.x }}\">", "java\tscript:alert(1)", "<a href=\"#blocked\">")]
    [InlineData("<a href = \" {{ .Data.x }}\">", "data:text/html,x", "<a href = \" #blocked\">")]
    [InlineData("<A HREF='{{ .Data.x }}'>", "vbscript:x", "<A HREF='#blocked'>")]
    [InlineData("<a href=\"{{ .Data.x }}\">", "https://example.test/?a=1&b=2", "<a href=\"https://example.test/?a=1&amp;b=2\">")]
    [InlineData("<a href=\"/x?next={{ .Data.x }}\">", "a&b=\"c d\"", "<a href=\"/x?next=a%26b%3D%22c%20d%22\">")]
    [InlineData("<a href=\"{{ .ConfirmationURL }}&next={{ .Data.x }}\">", "a&b", "<a href=\"&next=a%26b\">")]
    [InlineData("<!-- a -- > b --><b>{{ .Data.x }}</b>", "&", "<!-- a -- > b --><b>&amp;</b>")]
    [InlineData("<style>p > b { color: red }</style>{{ .Data.x }}", "<", "<style>p > b { color: red }</style>&lt;")]
    public void What_a_person_wrote_stays_text_wherever_it_stands(string template, string value, string expected) =>
        Assert.Equal(expected, Html(template, JsonSerializer.Serialize(new { x = value })));

    [Fact]
    public void The_rooms_own_links_may_have_the_schemes_that_the_configuration_allows() =>
        Assert.Equal("<a href=\"myapp://back\">", Html("<a href=\"{{ .RedirectTo }}\">", "{}", ("RedirectTo", "myapp://back")));

    [Theory]
    [InlineData("Ann & Co", "Hello Ann & Co")]
    [InlineData("Ann\r\nBcc: x@example.test", "Hello Ann Bcc: x@example.test")]
    public void A_subject_is_one_line_of_plain_text(string name, string expected) =>
        Assert.Equal(expected, Line("Hello {{ .Data.name }}", JsonSerializer.Serialize(new { name })));

    [Theory]
    [InlineData("<p>\n{{ .Secret }}", "line 2", ".Secret")]
    [InlineData("{{ .Token.length }}", "line 1", ".Token.length")]
    [InlineData("{{ if .Token }}x", "line 1", "no {{ end }}")]
    [InlineData("x{{ end }}", "line 1", "{{ end }} without {{ if }}")]
    [InlineData("{{ if .Token }}a{{ else }}b{{ else }}c{{ end }}", "line 1", "behind {{ else }}")]
    [InlineData("a\n\n{{ .Token ", "line 3", "{{ has no }}")]
    [InlineData("{{ range .Data.items }}x{{ end }}", "line 1", "not supported")]
    [InlineData("{{ .Token | printf }}", "line 1", "not understood")]
    [InlineData("{{ upper .Token }}", "line 1", "upper")]
    [InlineData("{{ eq .Token }}", "line 1", "eq cannot have 1 operands")]
    [InlineData("{{ }}", "line 1", "missing")]
    [InlineData("<a href={{ .ConfirmationURL }}>", "line 1", "quoted attributes")]
    [InlineData("<script>let t = '{{ .Token }}'</script>", "line 1", "inside <script>")]
    [InlineData("<p onclick=\"{{ .Data.x }}\">", "line 1", "onclick")]
    [InlineData("<p style=\"{{ .Data.x }}\">", "line 1", "style")]
    [InlineData("<!-- {{ .Token }} -->", "line 1", "comment")]
    [InlineData("<a href=\"{{ if .Data.x }}\">{{ end }}", "line 1", "another place")]
    [InlineData("<p><a href=\"x\"", "line 1", "not closed")]
    public void A_broken_template_is_refused_with_its_line(string template, string line, string reason)
    {
        var refusal = Assert.Throws<FormatException>(() => Template.Html(template));
        Assert.StartsWith(line, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_mail_has_a_template_that_is_built_in()
    {
        var templates = MailTemplates.Load(new MailOptions());
        var values = Values("{}", [("ConfirmationURL", "https://api.test/verify?token=abc&type=x"), ("Token", "123456"), ("Email", "ann@example.test"), ("NewEmail", "new@example.test")]);
        foreach (var kind in MailKind.All)
        {
            Assert.NotEqual("", templates.Subject(kind, values));
            Assert.Equal(kind.Token.Length > 0, templates.Body(kind, values).Contains("123456", StringComparison.Ordinal));
            Assert.Equal(kind.Verification.Length > 0, templates.Body(kind, values).Contains("href=\"https://api.test/verify?token=abc&amp;type=x\"", StringComparison.Ordinal));
        }
    }
}
