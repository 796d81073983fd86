internal import Framing

/// The parameters by which a client asks for a list page by page: the number of items, and the cursor that the page before has returned as `next`.
struct PageParameters: Sendable {
    /// The page that a request asks for.
    struct Page: Sendable {
        /// Maximum number of items.
        var limit: Int
        /// `next` of the page before; nil for the first page.
        var cursor: String?
    }

    /// Name of the items, for the description.
    private let items: String
    /// Number of items of a page when the request names none.
    private let standard: Int
    /// Maximum number of items of a page.
    private let most: Int

    init(_ items: String, standard: Int, most: Int) {
        self.items = items
        self.standard = standard
        self.most = most
    }

    /// The parameters, described.
    var fields: [APIOperation.Field] {
        [
            .init("limit", "integer", "The number of \(items), 1 to \(most). Default: \(standard)."),
            .init("cursor", "string", "`next` of the page before."),
        ]
    }

    /// The member of the answer that leads to the next page.
    static let next = APIOperation.Field("next", "string?", required: true, "The cursor of the next page; null on the last page.")

    /// Reads the parameters of a request.
    func page(of request: APIRequest) throws(APIError) -> Page {
        Page(limit: try request.count("limit", standard: standard, most: most), cursor: request.query.first("cursor"))
    }
}
