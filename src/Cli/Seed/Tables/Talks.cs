namespace Hedgerow.Cli.Seed.Tables;

/// <summary>Conversations with the assistant and their messages.</summary>
public static class Talks
{
    public static IEnumerable<TableLoad> Of(Sources sources)
    {
        var world = sources.World;
        yield return new("public.conversations", "id, project_id, user_id, title, context, is_archived, created_at, updated_at, in_public_project", world.Plan.Conversations, (row, conversation) =>
        {
            var talk = world.TalkOf(conversation);
            var dice = Dice.For(Seeded.Conversation, conversation, salt: 1);
            var title = Prose.Bug(ref dice);
            row.Id(Seeded.Conversation, conversation).Id(Seeded.Project, talk.Project).Id(Seeded.User, talk.User).Text(char.ToUpperInvariant(title[0]) + title[1..])
                .Json($$"""{"files": ["{{Stack.Of(talk.Project).Main}}"], "branch": "{{dice.Pick(Words.Branches)}}"}""")
                .Flag(talk.LastMessage < world.Now.AddDays(-120) && dice.Chance(60)).Time(talk.Created).Time(talk.LastMessage)
                .Flag(Workspaces.IsPublic(talk.Project));
        });
        yield return new("public.messages", "id, conversation_id, role, content, metadata, tokens_used, model, created_at, project_id, in_public_project", world.Messages.Total, WriteMessage(world));
    }

    private static Action<RowWriter, int> WriteMessage(World world)
    {
        // Messages come in the order of their conversations: the last one looked up serves all of its messages.
        var (current, end) = (-1, 0);
        Talk talk = default;
        var stack = Stack.All[0];
        return (row, message) =>
        {
            if (message >= end || current < 0)
            {
                current = world.Messages.ParentOf(message);
                end = world.Messages.FirstOf(current) + world.Messages.CountOf(current);
                talk = world.TalkOf(current);
                stack = Stack.Of(talk.Project);
            }

            var place = message - world.Messages.FirstOf(current);
            // Every eighth conversation was set up by a system message.
            var told = current % 8 == 0 ? 1 : 0;
            var role = place < told ? "system" : (place - told) % 2 == 0 ? "user" : "assistant";
            var dice = Dice.For(Seeded.Message, message);
            var content = Prose.Message(role, stack, opens: place == told, ref dice);
            var answered = role == "assistant";
            row.Id(Seeded.Message, message).Id(Seeded.Conversation, current).Text(role).Text(content).Json("{}")
                // About four characters a token, and what was read to answer.
                .Int(answered ? content.Length / 4 + dice.Between(80, 900) : null).Text(answered ? dice.Pick(Words.Models) : null)
                .Time(talk.Created + talk.Pause * place).Id(Seeded.Project, talk.Project).Flag(Workspaces.IsPublic(talk.Project));
        };
    }
}
