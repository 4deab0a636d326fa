using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.ICreateTechs;

/// <summary>A workspace with one person of each role and a private project; several may stand in one database.</summary>
internal sealed class TestWorkspace
{
    private readonly TestDatabase database;

    private TestWorkspace(TestDatabase database)
    {
        this.database = database;
        Anyone = new Person(database, "anon");
        Service = new Person(database, "service_role");
        Operator = new Person(database, "postgres");
    }

    public Guid Id { get; private set; }

    public Guid Project { get; private set; }

    public Person Anyone { get; }

    public Person Service { get; }

    /// <summary>The database's superuser: arranges what no request could.</summary>
    public Person Operator { get; }

    public Person Owner { get; private set; } = null!;

    public Person Admin { get; private set; } = null!;

    public Person Member { get; private set; } = null!;

    public Person Viewer { get; private set; } = null!;

    /// <summary>A signed-in user who has nothing to do with the workspace.</summary>
    public Person Stranger { get; private set; } = null!;

    public static async Task<TestWorkspace> CreateAsync(TestDatabase database)
    {
        var made = new TestWorkspace(database);
        made.Owner = await made.SignUpAsync();
        made.Stranger = await made.SignUpAsync();
        made.Id = await made.AddWorkspaceAsync(made.Owner);
        made.Admin = await made.JoinAsync("admin");
        made.Member = await made.JoinAsync("member");
        made.Viewer = await made.JoinAsync("viewer");
        made.Project = await made.AddProjectAsync();
        return made;
    }

    public async Task<Person> SignUpAsync()
    {
        var id = Guid.NewGuid();
        await Operator.ExecuteAsync("insert into auth.users (id, email) values ($1, $2)", id, $"{id:N}@example.com");
        return new Person(database, "authenticated", id);
    }

    public async Task<Guid> AddWorkspaceAsync(Person owner) =>
        await Operator.ScalarAsync<Guid>(
            "insert into public.workspaces (name, slug, owner_id) values ('Orchard', $1, $2) returning id",
            $"orchard-{Guid.NewGuid():N}", owner.Id);

    public async Task<Guid> AddProjectAsync(Guid? workspace = null) =>
        await Operator.ScalarAsync<Guid>(
            "insert into public.projects (workspace_id, name, slug) values ($1, 'Press', $2) returning id",
            workspace ?? Id, $"press-{Guid.NewGuid():N}");

    /// <summary>Puts the owner on a plan made for the test, with these limits.</summary>
    public async Task SubscribeAsync(Person payer, string limits, string status = "active")
    {
        var name = $"plan-{Guid.NewGuid():N}";
        await Service.ExecuteAsync(
            """
            with plan as (
              insert into public.subscription_plans (name, slug, price_monthly, price_yearly, limits)
              values ($1, $1, 100, 1000, $2::jsonb) returning id),
            customer as (
              insert into public.customers (user_id, stripe_customer_id) values ($3, $1) returning id)
            insert into public.subscriptions
              (customer_id, plan_id, stripe_subscription_id, status, billing_interval, current_period_start, current_period_end)
            select customer.id, plan.id, $1, $4, 'monthly', now() - interval '10 days', now() + interval '20 days'
            from plan, customer
            """,
            name, limits, payer.Id, status);
    }

    private async Task<Person> JoinAsync(string role)
    {
        var person = await SignUpAsync();
        await Operator.ExecuteAsync(
            "insert into public.workspace_members (workspace_id, user_id, role) values ($1, $2, $3)", Id, person.Id, role);
        return person;
    }
}
