internal import Console
internal import Framing
internal import Net
internal import Protocols

/// The endpoint of the console's files. They hold no data, so they need no key; the console's calls of the API do.
struct ConsoleEndpoint: Endpoint {
    /// The path below which the console's files are.
    static let folder = "/console/"

    /// Name of the file that is served; nil for the file that the path names.
    let name: String?

    func credential(in head: HTTPRequestHead) -> Credential? { nil }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let path = exchange.request.path
        guard let file = ConsoleFiles.all[name ?? String(path.dropFirst(Self.folder.count))] else {
            return call.reject(exchange, .notFound("There is nothing at \(path)."), .harken)
        }
        let answer = file.answer(to: exchange.request.headers)
        call.answer(exchange, answer.head, answer.body)
    }
}
