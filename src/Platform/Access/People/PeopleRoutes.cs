namespace Platform.Access.People;

/// <summary>The routes of people: coming and going, what is their own, and those who look after them.</summary>
public static class PeopleRoutes
{
    public static void MapPeopleRoutes(this IEndpointRouteBuilder routes)
    {
        routes.MapSignIn();
        routes.MapSessions();
        routes.MapSecondFactor();
        routes.MapPasskeys();
        routes.MapExternal();
        routes.MapInvitations();
        routes.MapPeople();
    }
}
