using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.AppForge;

/// <summary>A team with a person in every role, its project and an app, and somebody who has nothing to do with them.</summary>
internal sealed record ForgeWorld(
    ApplicationFixture Fixture, Person Owner, Person Admin, Person Editor, Person Viewer, Person Stranger, string Team, string Project, string App)
{
    public Person Service => Fixture.Service;

    public static async Task<ForgeWorld> MakeAsync(ApplicationFixture fixture)
    {
        var people = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => fixture.SignUpAsync()));
        var team = await people[0].ScalarAsync<string>("insert into appforge.teams (name) values ('Smiths') returning id");
        string[] roles = ["owner", "admin", "editor", "viewer"];
        for (var n = 1; n < 4; n++)
            await people[0].ExecuteAsync("insert into appforge.team_members (team_id, user_id, role) values ($1, $2, $3::appforge.team_role)", team, people[n].Id.ToString(), roles[n]);
        var project = await people[0].ScalarAsync<string>(
            """insert into appforge.projects (name, team_id, definition) values ('Anvil', $1, '{"pages": ["home"], "functions": {}}') returning id""", team);
        var app = await people[0].ScalarAsync<string>("insert into appforge.apps (project_id, name) values ($1, 'Anvil') returning id", project);
        return new(fixture, people[0], people[1], people[2], people[3], people[4], team!, project!, app!);
    }
}
