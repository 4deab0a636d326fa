namespace Hedgerow.Postgres.Execution;

/// <summary>The statement of a request, for the request log: a request feature, set where <c>Rest:LogQuery</c> asks for it. Values are not in it.</summary>
public sealed record ExecutedSql(string Text);
