using System.Collections.Immutable;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Sql;

/// <summary>The call of a function, as the rows that the answer is made from.</summary>
internal static class CallSql
{
    public static SqlWriter Call(this SqlWriter sql, CallPlan call)
    {
        var scalar = call.Routine.Returns is ScalarReturn;
        sql.Raw("SELECT ");
        if (scalar) sql.Raw("pgrst_call.pgrst_scalar");
        else sql.List(", ", call.Returning, c => sql.Column(new("", "pgrst_call"), c));
        sql.Raw(" ");
        switch (call.Arguments)
        {
            case JsonArguments json:
                ImmutableArray<PlannedField> fields = [.. json.Parameters.Select(p => new PlannedField(p.Name, [], p.TypeMaxLength))];
                sql.FromBody(fields, json.Json, json.IsArray, firstOnly: true, missingAsDefault: false).Raw(", LATERAL ");
                return sql.Invoke(call, scalar, () => sql.List(", ", json.Parameters, p =>
                {
                    if (p.Variadic) sql.Raw("VARIADIC ");
                    sql.Name(p.Name).Raw(" := pgrst_body.").Name(p.Name);
                }));
            case DirectArguments direct:
                return sql.Raw("FROM ").Invoke(call, scalar, () => sql.List(", ", direct.Values, sql.Argument));
            case BodyArgument { Bytes: not null } body:
                return sql.Raw("FROM ").Invoke(call, scalar, () => sql.Value(body.Bytes));
            case BodyArgument body:
                return sql.Raw("FROM ").Invoke(call, scalar, () => sql.Value(body.Text).Raw("::").Raw(body.Parameter.Type));
            default:
                return sql.Raw("FROM ").Invoke(call, scalar, () => { });
        }
    }

    private static SqlWriter Invoke(this SqlWriter sql, CallPlan call, bool scalar, Action arguments)
    {
        if (scalar) sql.Raw("(SELECT ");
        sql.Name(call.Routine.Name).Raw("(");
        arguments();
        return sql.Raw(scalar ? ") pgrst_scalar) pgrst_call" : ") pgrst_call");
    }

    private static void Argument(this SqlWriter sql, DirectArgument argument)
    {
        var parameter = argument.Parameter;
        if (parameter.Variadic) sql.Raw("VARIADIC ");
        sql.Name(parameter.Name).Raw(" := ")
            .Value(parameter.Variadic ? ConditionSql.ArrayLiteral(argument.Values) : argument.Values[0])
            .Raw("::").Raw(parameter.TypeMaxLength);
    }
}
