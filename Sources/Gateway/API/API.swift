/// Everything below `/api/v1`.
enum API {
    static let operations: [APIOperation] =
        SessionOperations.all + ConversationOperations.all + SegmentOperations.all + SearchOperations.all + PeopleOperations.all
        + UserOperations.all + UsageOperations.all + JobOperations.all + [OpenAPI.operation]
}
