namespace Hedgerow.Cli.Seed;

/// <summary>A member's place in a workspace, as <c>workspace_members.role</c> spells it in lower case.</summary>
public enum MemberRole : byte { Owner, Admin, Member, Viewer }

/// <summary>
/// The skeleton of a seeded world: who is where, what belongs to whom and when it began. Tables are written from it row by row
/// (<see cref="Tables"/>); whatever two tables must agree on is decided here. Numbers are zero-based indices.
/// </summary>
/// <remarks>
/// Workspace 0 is the largest and is owned by user 0; workspace w is owned by user w, so every workspace has an owner of its own
/// and the plan limits of an owner are those of one workspace. The last user is a stranger: a member of nothing.
/// Moments count back from <see cref="Now"/>, the midnight (UTC) before the seeding, so that event tables land in the partitions that
/// exist and inside the 90 days of retention; everything else is the same every day.
/// </remarks>
public sealed class World
{
    // Each generation begins before the next one may, so that a child is never older than its parent. Each is spread over what its
    // parent left of the past: were all of them mostly late, everything would have happened this month.
    private static readonly TimeSpan OldestUser = TimeSpan.FromDays(720), YoungestUser = TimeSpan.FromDays(30),
        YoungestMember = TimeSpan.FromDays(14),
        YoungestProject = TimeSpan.FromDays(7), YoungestConversation = TimeSpan.FromHours(6);

    private readonly int[] _memberUser;
    private readonly DateTime[] _userCreated, _workspaceCreated, _memberJoined, _projectCreated;
    private readonly int[] _projectCreator;

    public World(WorldPlan plan, DateTime now)
    {
        Plan = plan;
        Now = now.Date;
        Members = Spread.Share(plan.Members, plan.Workspaces, skew: 0.6, plan.LeastMembers, shuffled: false);
        Projects = Spread.Share(plan.Projects, plan.Workspaces, skew: 0.7, least: 1, shuffled: false);
        Conversations = Spread.Share(plan.Conversations, plan.Projects, skew: 0.5);
        Messages = Spread.Share(plan.Messages, plan.Conversations, skew: 0.35, least: 2);
        Files = Spread.Of(plan.Projects, project => Dice.For(Seeded.File, project).Between(3, plan.MostFiles));
        FileVersions = Spread.Of(Files.Total, file => VersionsOf(file));

        _userCreated = new DateTime[plan.Users];
        for (var user = 0; user < plan.Users; user++)
            // Whoever has the largest workspace was there first.
            _userCreated[user] = user == 0 ? Now - OldestUser : Dice.For(Seeded.User, user).Moment(Now - OldestUser, Now - YoungestUser, power: 1.5);

        _workspaceCreated = new DateTime[plan.Workspaces];
        _memberUser = new int[plan.Members];
        _memberJoined = new DateTime[plan.Members];
        for (var workspace = 0; workspace < plan.Workspaces; workspace++)
            Found(workspace);

        _projectCreated = new DateTime[plan.Projects];
        _projectCreator = new int[plan.Projects];
        for (var workspace = 0; workspace < plan.Workspaces; workspace++)
            for (var place = 0; place < Projects.CountOf(workspace); place++)
                Begin(workspace, Projects.FirstOf(workspace) + place);
    }

    public WorldPlan Plan { get; }

    /// <summary>The last moment of the world: nothing in it happened later.</summary>
    public DateTime Now { get; }

    /// <summary>Members of workspaces; the first of each is its owner.</summary>
    public Spread Members { get; }

    /// <summary>Projects of workspaces.</summary>
    public Spread Projects { get; }

    /// <summary>Conversations of projects.</summary>
    public Spread Conversations { get; }

    /// <summary>Messages of conversations.</summary>
    public Spread Messages { get; }

    /// <summary>Files and folders of projects.</summary>
    public Spread Files { get; }

    /// <summary>Versions of files; folders have none.</summary>
    public Spread FileVersions { get; }

    /// <summary>The user who is a member of no workspace.</summary>
    public int Stranger => Plan.Users - 1;

    /// <summary>The owner of the largest workspace.</summary>
    public int OwnerOfFirst => MemberUser(0);

    /// <summary>A viewer there.</summary>
    public int ViewerOfFirst => MemberUser((int)MemberRole.Viewer);

    public DateTime UserCreated(int user) => _userCreated[user];

    public DateTime WorkspaceCreated(int workspace) => _workspaceCreated[workspace];

    public int MemberUser(int member) => _memberUser[member];

    public DateTime MemberJoined(int member) => _memberJoined[member];

    /// <summary>Owner, admin, member, viewer are the first four of a workspace; further ones are mostly members.</summary>
    public MemberRole RoleOf(int member)
    {
        var place = member - Members.FirstOf(Members.ParentOf(member));
        return place < 4 ? (MemberRole)place : Dice.For(Seeded.Member, member, salt: 1).Below(100) switch
        {
            < 8 => MemberRole.Admin,
            < 80 => MemberRole.Member,
            _ => MemberRole.Viewer,
        };
    }

    public int ProjectCreator(int project) => _projectCreator[project];

    public DateTime ProjectCreated(int project) => _projectCreated[project];

    /// <summary>Someone of the project's workspace who may write, as a member number.</summary>
    public int Writer(int project, ref Dice dice)
    {
        var workspace = Projects.ParentOf(project);
        var member = Members.FirstOf(workspace) + dice.Below(Members.CountOf(workspace));
        return RoleOf(member) == MemberRole.Viewer ? Members.FirstOf(workspace) : member;
    }

    /// <summary>Who talks in a conversation and when it began and ended.</summary>
    public Talk TalkOf(int conversation)
    {
        var project = Conversations.ParentOf(conversation);
        var dice = Dice.For(Seeded.Conversation, conversation);
        var member = Writer(project, ref dice);
        var created = dice.Moment(Later(_projectCreated[project], _memberJoined[member]), Now - YoungestConversation, power: 1);
        // The longest talk still ends before now: its messages come faster.
        var messages = Messages.CountOf(conversation);
        var pause = TimeSpan.FromMilliseconds(Math.Min(dice.Between(20_000, 240_000), 5 * 3_600_000 / messages));
        return new Talk(project, _memberUser[member], created, pause, created + pause * (messages - 1));
    }

    /// <summary>What a file is: its place in the tree of its project's stack.</summary>
    public Stack.Entry EntryOf(int file)
    {
        var project = Files.ParentOf(file);
        return Stack.Of(project).EntryAt(file - Files.FirstOf(project));
    }

    /// <summary>When a file got its <paramref name="version"/> (zero-based): the first with the project, the last one recently.</summary>
    public DateTime FileChanged(int file, int version)
    {
        var project = Files.ParentOf(file);
        var created = _projectCreated[project].AddMinutes(file - Files.FirstOf(project));
        if (version == 0)
            return created;
        var last = Dice.For(Seeded.FileVersion, file, salt: 1).Moment(created, Now - TimeSpan.FromHours(1));
        return created + (last - created) * (version / (double)(FileVersions.CountOf(file) - 1));
    }

    /// <summary>Who wrote that version: mostly whoever began the project, sometimes a colleague who was there by then.</summary>
    public int FileAuthor(int file, int version)
    {
        var project = Files.ParentOf(file);
        var dice = Dice.For(Seeded.FileVersion, file, salt: 2 + version);
        var member = Writer(project, ref dice);
        return version > 0 && _memberJoined[member] < FileChanged(file, version) ? _memberUser[member] : _projectCreator[project];
    }

    /// <summary>A writer of the project and a moment when both were there, not before <paramref name="notBefore"/>.</summary>
    public (int User, DateTime At) Act(int project, ref Dice dice, DateTime notBefore = default)
    {
        var member = Writer(project, ref dice);
        var from = Later(Later(_projectCreated[project], _memberJoined[member]), notBefore);
        return (_memberUser[member], dice.Moment(from, Now - TimeSpan.FromHours(1)));
    }

    /// <summary>A moment inside what retention keeps, denser towards now. Event tables keep 90 days.</summary>
    public DateTime Recent(ref Dice dice, int days = 80) => dice.Moment(Now.AddDays(-days), Now);

    private int VersionsOf(int file)
    {
        if (EntryOf(file).IsFolder)
            return 0;
        var dice = Dice.For(Seeded.FileVersion, file);
        var versions = 1;
        while (versions < 12 && dice.Chance(35))
            versions++;
        return versions;
    }

    private void Found(int workspace)
    {
        var dice = Dice.For(Seeded.Workspace, workspace);
        // Most who sign up to build something begin within days.
        var created = dice.Moment(_userCreated[workspace], _userCreated[workspace] + TimeSpan.FromDays(4));
        _workspaceCreated[workspace] = created;

        var first = Members.FirstOf(workspace);
        (_memberUser[first], _memberJoined[first]) = (workspace, created);

        // Colleagues: a walk through everyone but the stranger that meets nobody twice.
        var everyone = Plan.Users - 1;
        var stride = Spread.CoprimeStride(everyone);
        var user = dice.Below(everyone);
        for (var member = first + 1; member < first + Members.CountOf(workspace); member++)
        {
            // In the largest workspace nobody but its owner owns another one: its viewer only views.
            while (user == workspace || (workspace == 0 && user < Plan.Workspaces))
                user = (user + stride) % everyone;
            _memberUser[member] = user;
            _memberJoined[member] = Dice.For(Seeded.Member, member).Moment(Later(created, _userCreated[user]), Now - YoungestMember, power: 2);
            user = (user + stride) % everyone;
        }
    }

    private void Begin(int workspace, int project)
    {
        var dice = Dice.For(Seeded.Project, project);
        var member = Writer(project, ref dice);
        _projectCreator[project] = _memberUser[member];
        _projectCreated[project] = dice.Moment(_memberJoined[member], Now - YoungestProject, power: 1.3);
    }

    private static DateTime Later(DateTime a, DateTime b) => a > b ? a : b;
}

/// <summary>A conversation as its rows need it.</summary>
/// <param name="Pause">The time between one message and the next.</param>
public readonly record struct Talk(int Project, int User, DateTime Created, TimeSpan Pause, DateTime LastMessage);
