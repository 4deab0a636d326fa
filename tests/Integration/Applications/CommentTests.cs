using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications;

/// <summary>What the OpenAPI page shows of an application reads like documentation: nothing on it is without words.</summary>
public sealed class CommentTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Theory]
    [InlineData("public")]
    [InlineData("appforge")]
    [InlineData("app_builder")]
    [InlineData("spike_land")]
    [InlineData("web_builder")]
    public async Task Every_table_column_and_function_says_what_it_is(string schema) => Assert.Null(await fixture.Operator.ScalarAsync<string>(
        """
        select string_agg(bare, E'\n' order by bare) from (
          select format('%s.%s', c.relname, a.attname) as bare
          from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition and col_description(c.oid, a.attnum) is null
          union all
          select c.relname from pg_class as c
          where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition and obj_description(c.oid, 'pg_class') is null
          union all
          select p.oid::regprocedure::text from pg_proc as p
          where p.pronamespace = $1::regnamespace and p.prorettype <> 'trigger'::regtype and obj_description(p.oid, 'pg_proc') is null) as x
        """, schema));
}
