using Hedgerow.Storage.Objects;

namespace Hedgerow.Tests.Unit.Storage;

public sealed class NamesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("a/b/c.txt")]
    [InlineData("/leading")]
    [InlineData("..a/b..c/...")]
    [InlineData("ünï çödé ☃ 😀 👩‍👩‍👧")]
    [InlineData("a!b-c_d.e*f'g(h)i&j$k@l=m;n:o+p,q?r")]
    public void Names_are_any_text_that_is_a_path(string name) => Assert.Null(Names.RefuseObject(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a/.")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u0085b")]
    [InlineData("a#b")]
    [InlineData("a%2Fb")]
    [InlineData("txt.\u202Egnp")]
    [InlineData("a\u200Bb")]
    [InlineData("\ud800")]
    public void Names_that_lead_astray_are_refused(string name) => Assert.Equal("InvalidKey", Names.RefuseObject(name)?.Code);

    [Fact]
    public void A_name_has_at_most_1024_bytes()
    {
        Assert.Null(Names.RefuseObject(new string('ä', 512)));
        Assert.NotNull(Names.RefuseObject(new string('ä', 512) + "b"));
        Assert.NotNull(Names.RefuseObject(new string('a', 1025)));
    }

    [Theory]
    [InlineData("avatars", true)]
    [InlineData("My bucket!", true)]
    [InlineData("a/b", false)]
    [InlineData("ä", false)]
    [InlineData("", false)]
    public void Buckets_have_names_of_plain_letters(string name, bool isGood) => Assert.Equal(isGood, Names.RefuseBucket(name) is null);

    [Theory]
    [InlineData("20MB", 20_000_000L)]
    [InlineData("1.5gb", 1_500_000_000L)]
    [InlineData("3b", 3L)]
    [InlineData("0KB", 0L)]
    [InlineData("20", null)]
    [InlineData("MB", null)]
    [InlineData("-1MB", null)]
    [InlineData("999999999999999999GB", null)]
    public void Sizes_are_read_as_people_write_them(string text, long? bytes) => Assert.Equal(bytes, FileSize.Parse(text));

    [Theory]
    [InlineData("image/png", "image/*", true)]
    [InlineData("image/png", "image/png", true)]
    [InlineData("IMAGE/PNG", "image/png", true)]
    [InlineData("text/plain;charset=UTF-8", "text/plain", true)]
    [InlineData("text/plain; charset=utf-8", "text/*", true)]
    [InlineData("anything/else", "*/*", true)]
    [InlineData("image/png", "image/jpeg", false)]
    [InlineData("imagex/png", "image/*", false)]
    [InlineData("image", "image/*", false)]
    [InlineData("", "*/*", false)]
    [InlineData("", "text/*", false)]
    [InlineData("garbage", "text/*", false)]
    [InlineData("text/*", "text/*", false)]
    [InlineData("text/plain;x=\"a;b\"", "text/plain; charset=utf-8", true)]
    [InlineData("text/plain;x=\"a", "text/plain", false)]
    [InlineData("application/vnd.my_own+json", "Application/VND.my_own+json", true)]
    public void Types_are_held_against_a_list_with_wildcards(string type, string allowed, bool isGood) =>
        Assert.Equal(isGood, MimeTypes.Refuse(type, [allowed]) is null);

    [Fact]
    public void A_list_of_types_is_kept_in_its_plain_form()
    {
        Assert.True(MimeTypes.List(["Image/PNG", "image/png; a=b", "text/*", "*/*", "application/x_y"]).Ok(out var list, out _));
        Assert.Equal(["image/png", "text/*", "*/*", "application/x_y"], list.ToArray());
        foreach (var bad in (string[])["x", "*/png", "image/", "image/p*g", "a b/c", "image/png\n", new string('a', 999) + "/b"])
            Assert.False(MimeTypes.List([bad]).Ok(out _, out _), bad);
    }
}
