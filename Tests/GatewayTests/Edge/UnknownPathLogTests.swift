import Framing
import HarkenTesting
import Net
@testable import Observability
import Synchronization
import Testing

@testable import Gateway

@Suite(.hangLimit) struct `The log of a path that nobody knows` {
    private static let key = "hk_1lhgSE5Cba8JdSm1XB2ctyGxzXDH6y2O2BXTaQLI_iQ"

    @Test(arguments: [
        ("/v1/listn", "/v1/listn"), ("/v9/some-thing/x.html/", "/v9/some-thing/x.html/"), ("/\(key)", "/*"),
        ("/v1/listen/\(key)/x", "/v1/listen/*/x"), ("/v1/Anna%20Schmidt", "/v1/*"), ("/a/b/c/d/e/f/g/h/i", "/a/b/c/d/e/f/g/*"),
    ])
    func `has no part that may be a key or a name`(path: String, shown: String) async throws {
        let lines = Mutex<[String]>([])
        let log = Log(level: .info, write: { line in lines.withLock { $0.append(line) } })
        try await TestGateway.with(keys: TestKeys(valid: ["good"]), log: log) { gateway in
            let answer = try await gateway.send(.get, path + "?" + Self.key, headers: ["Authorization": "Bearer good"])
            #expect(answer.status == 404)
        }
        let refused = lines.withLock { $0 }.filter { $0.contains("request refused") }
        #expect(refused.count == 1 && refused[0].contains(" path=\(shown) "), "\(refused)")
        #expect(!lines.withLock { $0 }.contains { $0.contains("hk_") || $0.contains("Anna") })
    }
}
