using Hedgerow.Postgres.Errors;

namespace Hedgerow.Tests.Unit;

public sealed class ErrorsTests
{
    [Theory]
    [InlineData("23505", 409)]
    [InlineData("23503", 409)]
    [InlineData("22P02", 400)]
    [InlineData("25006", 405)]
    [InlineData("42P01", 404)]
    [InlineData("57014", 500)]
    [InlineData("53300", 503)]
    [InlineData("P0001", 400)]
    [InlineData("P0002", 500)]
    [InlineData("PT402", 402)]
    [InlineData("PTxyz", 500)]
    [InlineData("28000", 403)]
    public void A_state_of_the_database_is_a_status(string state, int status) =>
        Assert.Equal(status, SqlStates.ToHttpStatus(state, "", authenticated: true));

    [Fact]
    public void A_missing_right_is_403_for_who_is_known_and_401_for_who_is_not()
    {
        Assert.Equal(403, SqlStates.ToHttpStatus("42501", "", authenticated: true));
        Assert.Equal(401, SqlStates.ToHttpStatus("42501", "", authenticated: false));
    }

    [Fact]
    public void A_function_may_decide_the_whole_answer()
    {
        var error = RaisedResponse.Parse(
            """{"code":"123","message":"Payment Required","details":"Quota exceeded"}""",
            """{"status":402,"status_text":"Pay","headers":{"X-Powered-By":"Nerd Rage"}}""");

        Assert.Equal((402, "123", "Payment Required", "Quota exceeded", "Pay"), (error.Status, error.Code, error.Message, error.Details, error.Reason));
        Assert.Equal("Nerd Rage", Assert.Single(error.Headers).Value);
    }

    [Theory]
    [InlineData("no json", """{"status":402,"headers":{}}""")]
    [InlineData("""{"code":"1"}""", """{"status":402,"headers":{}}""")]
    [InlineData("""{"code":"1","message":"m"}""", null)]
    [InlineData("""{"code":"1","message":"\ud800"}""", """{"status":402,"headers":{}}""")]
    [InlineData("""{"code":"1","message":"m"}""", """{"status":"402","headers":{}}""")]
    [InlineData("""{"code":"1","message":"m"}""", """{"status":402}""")]
    public void What_cannot_be_read_of_it_is_PGRST121(string message, string? detail) =>
        Assert.Equal((500, "PGRST121"), (RaisedResponse.Parse(message, detail).Status, RaisedResponse.Parse(message, detail).Code));
}
