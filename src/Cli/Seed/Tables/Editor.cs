using System.Text;

namespace Hedgerow.Cli.Seed.Tables;

/// <summary>Files with their history, what editors and terminals hold open, and repositories.</summary>
public static class Editor
{
    public static IEnumerable<TableLoad> Of(Sources sources)
    {
        var world = sources.World;
        var projects = world.Plan.Projects;
        yield return new("public.files",
            "id, project_id, path, name, type, content, size_bytes, mime_type, language, parent_id, is_deleted, created_by, updated_by, created_at, updated_at, in_public_project",
            world.Files.Total, (row, file) =>
            {
                var project = world.Files.ParentOf(file);
                var first = world.Files.FirstOf(project);
                var entry = world.EntryOf(file);
                var last = Math.Max(0, world.FileVersions.CountOf(file) - 1);
                var content = entry.IsFolder ? null : Prose.FileContent(world, file, last);
                row.Id(Seeded.File, file).Id(Seeded.Project, project).Text(entry.Path).Text(entry.Name).Text(entry.IsFolder ? "folder" : "file")
                    .Text(content).Int(content is null ? null : Encoding.UTF8.GetByteCount(content)).Text(entry.MimeType).Text(entry.Language)
                    .Uuid(entry.Parent is { } parent ? SeedId.At(Seeded.File, first + parent) : null).Flag(false)
                    .Id(Seeded.User, world.FileAuthor(file, 0)).Id(Seeded.User, world.FileAuthor(file, last))
                    .Time(world.FileChanged(file, 0)).Time(world.FileChanged(file, last)).Flag(Workspaces.IsPublic(project));
            });
        yield return new("public.file_versions", "id, file_id, version_number, content, size_bytes, changed_by, change_message, created_at, project_id, in_public_project",
            world.FileVersions.Total, (row, index) =>
            {
                var file = world.FileVersions.ParentOf(index);
                var version = index - world.FileVersions.FirstOf(file);
                var content = Prose.FileContent(world, file, version);
                row.Id(Seeded.FileVersion, index).Id(Seeded.File, file).Int(version + 1).Text(content).Int(Encoding.UTF8.GetByteCount(content))
                    .Id(Seeded.User, world.FileAuthor(file, version)).Text(Prose.ChangeMessage(file, version)).Time(world.FileChanged(file, version))
                    .Id(Seeded.Project, world.Files.ParentOf(file)).Flag(Workspaces.IsPublic(world.Files.ParentOf(file)));
            });
        yield return new("public.editor_sessions", "id, user_id, project_id, open_files, active_file_id, layout_state, last_active_at, created_at, in_public_project",
            (projects + 3) / 4, (row, index) =>
            {
                var project = index * 4;
                var dice = Dice.For(Seeded.EditorSession, index);
                var (user, at) = world.Act(project, ref dice);
                var file = SeedId.At(Seeded.File, world.Files.FirstOf(project) + 2);
                row.Id(Seeded.EditorSession, index).Id(Seeded.User, user).Id(Seeded.Project, project)
                    .Json($$"""[{"file_id": "{{file}}", "cursor_position": {"line": {{dice.Between(1, 9)}}, "column": {{dice.Between(1, 40)}}}, "scroll_position": 0}]""")
                    .Uuid(file).Json("""{"sidebar": "files", "terminal": true}""").Time(dice.Moment(at, world.Now)).Time(at)
                    .Flag(Workspaces.IsPublic(project));
            });
        yield return new("public.terminal_sessions", "id, user_id, project_id, command, output, exit_code, duration_ms, working_directory, created_at",
            world.Plan.CodeRuns, (row, index) =>
            {
                var dice = Dice.For(Seeded.TerminalSession, index);
                var project = dice.Below(projects);
                var (user, at) = world.Act(project, ref dice);
                var failed = dice.Chance(15);
                row.Id(Seeded.TerminalSession, index).Id(Seeded.User, user).Id(Seeded.Project, project).Text(Stack.Of(project).Run)
                    .Text(failed ? "1 failed, 11 passed" : "12 passed").Int(failed ? 1 : 0).Int(dice.Between(300, 24_000))
                    .Text($"/home/dev/{Workspaces.SlugOf(world, project)}").Time(at);
            });
        yield return new("public.git_repositories",
            "id, project_id, provider, repo_url, repo_full_name, default_branch, last_sync_at, sync_status, created_at, updated_at",
            (projects + 1) / 2, (row, index) =>
            {
                var project = index * 2;
                var dice = Dice.For(Seeded.GitRepository, index);
                var (host, url, name) = Workspaces.RepositoryOf(world, project)!.Value;
                var synced = dice.Moment(world.ProjectCreated(project), world.Now);
                row.Id(Seeded.GitRepository, index).Id(Seeded.Project, project).Text(host).Text(url).Text(name)
                    .Text("main").Time(synced).Text(dice.Chance(94) ? "idle" : "error").Time(world.ProjectCreated(project)).Time(synced);
            });
    }
}
