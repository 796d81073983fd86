internal import Admission
internal import Conversations
internal import Framing
internal import Live
internal import Speech
internal import Store

/// Operations that delete conversations, list those that can be restored, and restore them.
struct DeletedConversationOperations: Sendable {
    let store: any ConversationStores
    let service: ConversationService
    let erasure: ErasureService

    private static let pages = PageParameters("conversations", standard: 50, most: ConversationLimits.page)

    var all: [APIOperation] {
        [
            APIOperation(
                .delete, "/conversations/{id}", .write,
                summary: """
                    Deletes a conversation: words, vectors and audio. Unless it is for good, the conversation can be restored for the days that the \
                    operator has set. On a full disk each deletion is for good.
                    """,
                query: [
                    .init("for_good", "boolean", "true: deletes it for good, also one that was deleted and could be restored. Default: false.")
                ], answer: .nothing
            ) { request throws(APIError) in
                let isForGood = try request.queryFlag("for_good")
                let deletion = try await APIError.stored { () throws(StoreError) in
                    try await service.delete(request.id("id"), of: request.user, forGood: isForGood)
                }
                guard let deletion else { throw request.missingConversation }
                await erasure.hide()
                var answer = APIAnswer.nothing
                answer.erases = deletion == .forGood
                return answer
            },
            APIOperation(
                .get, "/deleted-conversations", .read, summary: "Lists the deleted conversations that can be restored, the last deleted first.",
                query: Self.pages.fields,
                answer: .object([
                    .init("conversations", "[DeletedConversation]", required: true, "The conversations."),
                    PageParameters.next,
                    .init("days", "integer", required: true, "Number of days for which a deleted conversation can be restored; 0: it cannot."),
                ])
            ) { request throws(APIError) in
                let asked = try Self.pages.page(of: request)
                let page = try await APIError.stored { () throws(StoreError) in
                    try await store.deletedConversations(of: request.user, after: asked.cursor, limit: asked.limit)
                }
                return .json { json in
                    json.beginObject()
                    json.key("conversations")
                    json.beginArray()
                    for conversation in page.conversations {
                        json.beginObject()
                        json.members(of: conversation)
                        json.endObject()
                    }
                    json.endArray()
                    json.member("next", optional: page.next)
                    json.member("days", service.deletedDays)
                    json.endObject()
                }
            },
            APIOperation(
                .post, "/conversations/{id}/restore", .write,
                summary: """
                    Restores a deleted conversation as it was. People and voices that were forgotten meanwhile do not come back, nor does audio whose \
                    time is over.
                    """,
                answer: .nothing
            ) { request throws(APIError) in
                let isRestored = try await APIError.stored { () throws(StoreError) in
                    try await store.restore(request.id("id"), of: request.user)
                }
                guard isRestored else { throw .notFound("deleted conversation", request.parameters["id"] ?? "") }
                // The transcripts of its sessions have its words again.
                await erasure.hide()
                return .nothing
            },
        ]
    }
}
