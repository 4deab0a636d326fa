using Hedgerow.Auth;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Users;

namespace Hedgerow.Tests.Unit.Auth;

/// <summary>Small languages of the configuration.</summary>
public sealed class AuthTextTests
{
    private const string Secret = "v1,whsec_AAAAAAAAAAAAAAAAAAAAAA==";

    [Theory]
    [InlineData("", "")]
    [InlineData("abc", "abc")]
    [InlineData("abc:012", "abc|012")]
    [InlineData(@"a\:b::c\", @"a:b|c\")]
    public void Sets_of_characters_are_separated_by_colons(string text, string sets) => Assert.Equal(sets, string.Join('|', CharacterSets.Parse(text)));

    [Fact]
    public void Test_numbers_have_their_codes_until_they_end()
    {
        var options = new AuthOptions { Sms = new SmsOptions { TestOtp = "+1 415 2127777:123456, 4917012345=7654321", TestOtpValidUntil = "2026-01-01T00:00:00Z" } };

        Assert.Equal("123456", new TestCodes(options, new FixedClock(1767225599)).Of("14152127777"));
        Assert.Equal("7654321", new TestCodes(options, new FixedClock(1767225599)).Of("4917012345"));
        Assert.Null(new TestCodes(options, new FixedClock(1767225600)).Of("4917012345"));
    }

    [Theory]
    [InlineData("pg-functions://postgres/public/hook", """select "public"."hook"(@input::jsonb)::jsonb::text""")]
    [InlineData("pg-functions://postgres/public/hook/", """select "public"."hook"(@input::jsonb)::jsonb::text""")]
    [InlineData("pg-functions://postgres/public/ho\"ok", null)]
    [InlineData("pg-functions://postgres/public", null)]
    [InlineData("http://example.test/public/hook", null)]
    [InlineData("ftp://127.0.0.1/hook", null)]
    public void A_function_is_named_by_its_address(string uri, string? sql)
    {
        if (sql is null) Assert.Throws<FormatException>(() => HookTarget.Parse(uri, Secret));
        else Assert.Equal(sql, Assert.IsType<HookTarget.Function>(HookTarget.Parse(uri, "")).CallSql);
    }

    [Fact]
    public void An_address_is_asked_with_a_signature()
    {
        Assert.IsType<HookTarget.Http>(HookTarget.Parse("https://example.test/hook", Secret));
        Assert.IsType<HookTarget.Http>(HookTarget.Parse("http://127.0.0.1:9/hook", Secret));
        Assert.Null(HookTarget.Parse("", ""));
        Assert.Throws<FormatException>(() => HookTarget.Parse("https://example.test/hook", ""));
    }

    [Fact]
    public void Parameters_get_their_places_and_unknown_ones_are_no_parameters()
    {
        Assert.Equal("select $1::text, $2, $1", PositionalSql.Of("select @token::text, @next, @token", "token", "next"));
        Assert.Throws<ArgumentException>(() => PositionalSql.Of("select @tokens", "token"));
    }
}
