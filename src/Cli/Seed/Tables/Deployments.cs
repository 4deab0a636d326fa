namespace Hedgerow.Cli.Seed.Tables;

/// <summary>Deployments and the variables that they run with.</summary>
public static class Deployments
{
    private static readonly string[] Environments = ["production", "staging", "development", "all"];

    public static IEnumerable<TableLoad> Of(Sources sources)
    {
        var world = sources.World;
        var projects = world.Plan.Projects;
        yield return new("public.deployments",
            "id, project_id, environment, status, commit_sha, branch, deploy_url, logs, build_time_ms, deployed_by, deployed_at, created_at",
            world.Plan.Deployments, (row, index) =>
            {
                var dice = Dice.For(Seeded.Deployment, index);
                var project = dice.Below(projects);
                var (user, at) = world.Act(project, ref dice);
                var environment = Environments[dice.Below(3)];
                var status = at > world.Now.AddDays(-1)
                    ? dice.Below(10) switch { < 1 => "pending", < 2 => "building", < 3 => "deploying", _ => "success" }
                    : dice.Below(100) switch { < 85 => "success", < 95 => "failed", _ => "canceled" };
                var built = dice.Between(4_000, 180_000);
                var done = status is "success" or "failed" or "deploying";
                row.Id(Seeded.Deployment, index).Id(Seeded.Project, project).Text(environment).Text(status).Text(dice.Hex(40))
                    .Text(environment == "production" ? "main" : dice.Pick(Words.Branches))
                    .Text(status == "success" ? $"https://{Workspaces.SlugOf(world, project)}-{environment}.deploy.example" : null)
                    .Text(status == "failed" ? $"$ {Stack.Of(project).Run}\nError: {dice.Pick(Words.Causes)}" : $"$ {Stack.Of(project).Run}\n12 passed")
                    .Int(done ? built : null).Id(Seeded.User, user).Time(status == "success" ? at.AddMilliseconds(built) : null).Time(at);
            });
        yield return new("public.environment_variables",
            "id, project_id, key, value_encrypted, environment, is_secret, created_by, created_at, updated_at", world.Plan.EnvironmentVariables, (row, index) =>
            {
                var variable = VariableAt(world, index);
                var key = Words.VariableKeys[variable.Key];
                row.Id(Seeded.EnvironmentVariable, index).Id(Seeded.Project, variable.Project).Text(key).Text(sources.Encrypted(Secret.Variable(variable.Key, index)))
                    .Text(variable.Environment).Flag(key is not ("LOG_LEVEL" or "PUBLIC_BASE_URL"))
                    .Id(Seeded.User, variable.Owner).Time(variable.At).Time(variable.At);
            });
        yield return new("public.environment_variable_changes",
            "id, project_id, variable_id, key, environment, action, changed_by, ip_address, created_at", world.Plan.EnvironmentVariables, (row, index) =>
            {
                var variable = VariableAt(world, index);
                var dice = Dice.For(Seeded.EnvironmentVariableChange, index);
                row.Id(Seeded.EnvironmentVariableChange, index).Id(Seeded.Project, variable.Project).Id(Seeded.EnvironmentVariable, index)
                    .Text(Words.VariableKeys[variable.Key]).Text(variable.Environment).Text("created").Id(Seeded.User, variable.Owner).Address(Accounts.Address(ref dice))
                    .Time(variable.At);
            });
    }

    /// <summary>A variable as its row and its audit trail need it. Admins and above write variables; here it was the owner.</summary>
    private static (int Project, int Key, string Environment, int Owner, DateTime At) VariableAt(World world, int index)
    {
        // Each further round over the projects takes the next key, then the next environment: no pair comes twice.
        var projects = world.Plan.Projects;
        var (project, round) = ((int)((long)index * Spread.CoprimeStride(projects) % projects), index / projects);
        var dice = Dice.For(Seeded.EnvironmentVariable, index);
        return (project, (project + round) % Words.VariableKeys.Length,
            Environments[(project + round / Words.VariableKeys.Length) % Environments.Length],
            world.Projects.ParentOf(project), dice.Moment(world.ProjectCreated(project), world.Now));
    }
}
