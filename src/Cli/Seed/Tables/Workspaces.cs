namespace Hedgerow.Cli.Seed.Tables;

/// <summary>Workspaces, who is in them, who is asked to join, and their projects.</summary>
public static class Workspaces
{
    public static IEnumerable<TableLoad> Of(Sources sources)
    {
        var world = sources.World;
        yield return new("public.workspaces", "id, name, slug, description, owner_id, settings, is_active, created_at, updated_at", world.Plan.Workspaces, (row, workspace) =>
        {
            var dice = Dice.For(Seeded.Workspace, workspace, salt: 2);
            var (name, created) = (Prose.Company(workspace), world.WorkspaceCreated(workspace));
            row.Id(Seeded.Workspace, workspace).Text(name).Text(Prose.Slug(name))
                .Text($"{name} builds {dice.Pick(Words.ProjectFirst)} and {dice.Pick(Words.ProjectFirst)} software.")
                .Id(Seeded.User, workspace).Json($$"""{"defaultBranch": "main", "aiModel": "{{dice.Pick(Words.Models)}}"}""")
                .Flag(workspace == 0 || !dice.Chance(3)).Time(created).Time(dice.Moment(created, world.Now));
        });
        yield return new("public.workspace_members", "id, workspace_id, user_id, role, invited_by, joined_at", world.Members.Total, (row, member) =>
        {
            var workspace = world.Members.ParentOf(member);
            var role = world.RoleOf(member);
            row.Id(Seeded.Member, member).Id(Seeded.Workspace, workspace).Id(Seeded.User, world.MemberUser(member)).Text(RoleName(role))
                .Uuid(role == MemberRole.Owner ? null : SeedId.At(Seeded.User, workspace)).Time(world.MemberJoined(member));
        });
        yield return new("public.workspace_invitations",
            "id, workspace_id, email, role, status, invited_by, accepted_by, expires_at, created_at, updated_at", world.Plan.Invitations, (row, index) =>
            {
                var workspace = index % world.Plan.Workspaces;
                var dice = Dice.For(Seeded.Invitation, index);
                var colleagues = world.Members.CountOf(workspace) - 1;
                var status = dice.Below(10) switch { 0 => "declined", 1 => "revoked", < 5 when colleagues > 0 => "accepted", _ => "pending" };
                // Each further round over the workspaces takes the next colleague. Who has not accepted has no account yet.
                var guest = status == "accepted" ? world.Members.FirstOf(workspace) + 1 + index / world.Plan.Workspaces % colleagues : -1;
                var answered = status == "accepted" ? world.MemberJoined(guest) : dice.Moment(world.Now.AddDays(-5), world.Now);
                var created = status == "pending" ? answered : answered.AddHours(-dice.Between(1, 100));
                row.Id(Seeded.Invitation, index).Id(Seeded.Workspace, workspace).Text(Prose.Email(guest >= 0 ? world.MemberUser(guest) : world.Plan.Users + index))
                    .Text(guest >= 0 ? RoleName(world.RoleOf(guest)) : RoleName((MemberRole)dice.Between(1, 3))).Text(status).Id(Seeded.User, workspace)
                    .Uuid(guest >= 0 ? SeedId.At(Seeded.User, world.MemberUser(guest)) : null).Time(created.AddDays(7)).Time(created).Time(answered);
            });
        yield return new("public.projects",
            "id, workspace_id, name, slug, description, repository_url, language, framework, visibility, settings, last_accessed_at, created_at, updated_at",
            world.Plan.Projects, (row, project) =>
            {
                var dice = Dice.For(Seeded.Project, project, salt: 3);
                var stack = Stack.Of(project);
                var slug = SlugOf(world, project);
                var created = world.ProjectCreated(project);
                var updated = dice.Moment(created, world.Now);
                row.Id(Seeded.Project, project).Id(Seeded.Workspace, world.Projects.ParentOf(project)).Text(Prose.Title(slug)).Text(slug)
                    .Text($"A {stack.Framework} project: {dice.Pick(Words.Things)} comes next.").Text(RepositoryOf(world, project)?.Url)
                    .Text(stack.Language).Text(stack.Framework).Text(VisibilityOf(project)).Json($$"""{"run": "{{stack.Run}}", "tabSize": {{(dice.Chance(50) ? 2 : 4)}}}""")
                    .Time(dice.Moment(updated, world.Now)).Time(created).Time(updated);
            });
    }

    public static string SlugOf(World world, int project)
    {
        var workspace = world.Projects.ParentOf(project);
        return Prose.ProjectName(workspace, project - world.Projects.FirstOf(workspace));
    }

    /// <summary>The repository that every other project is connected to: <c>git_repositories.provider</c>, its URL, "owner/name".</summary>
    public static (string Host, string Url, string Name)? RepositoryOf(World world, int project)
    {
        if (project % 2 != 0)
            return null;
        var host = Dice.For(Seeded.GitRepository, project, salt: 1).Below(10) switch { < 8 => "github", 8 => "gitlab", _ => "bitbucket" };
        var name = $"{Prose.Slug(Prose.Company(world.Projects.ParentOf(project)))}/{SlugOf(world, project)}";
        return (host, $"https://{host}.{(host == "bitbucket" ? "org" : "com")}/{name}", name);
    }

    private static string RoleName(MemberRole role) => role.ToString().ToLowerInvariant();

    /// <summary>Whether anyone may read what lies in the project.</summary>
    public static bool IsPublic(int project) => VisibilityOf(project) == "public";

    /// <summary>Project 0 is private, 1 is seen by the team, 2 by anyone; most of the others are private.</summary>
    public static string VisibilityOf(int project) => project switch
    {
        0 => "private",
        1 => "team",
        2 => "public",
        _ => Dice.For(Seeded.Project, project, salt: 4).Below(100) switch { < 60 => "private", < 90 => "team", _ => "public" },
    };
}
