import ObjectStorage
import Testing

@Suite struct `The settings of a bucket` {
    private static let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]

    private func settings(_ values: [String: String]) throws(BucketSettings.Problem) -> BucketSettings? {
        let all = ["HARKEN_BLOBS": "s3://bucket\n", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"].merging(values) { $1 }
        return try BucketSettings { all[$0] }
    }

    @Test(arguments: ["zq-9f3e71\n", "zq-9f3e71\r\n", "  zq-9f3e71 ", "\"zq-9f3e71\""])
    func `have keys without what other systems put around them`(text: String) throws {
        let credentials = try settings(Dictionary(uniqueKeysWithValues: Self.names.map { ($0, text) }))?.credentials
        #expect(credentials == BucketCredentials(keyID: "zq-9f3e71", secret: "zq-9f3e71", sessionToken: "zq-9f3e71"))
    }

    @Test(arguments: names, ["zq-9f3e71\nother", "zq-9f3e71\r\nX-Smuggled: 1"])
    func `refuse a key of two lines by its name, and do not show it`(name: String, text: String) {
        let problem = #expect(throws: BucketSettings.Problem.self) { try settings([name: text]) }
        #expect(problem?.name == name && problem?.fault == "has more than one line")
    }

    @Test func `take any secret of one line, which is never sent`() throws {
        #expect(try settings(["AWS_SECRET_ACCESS_KEY": "a pass phrase…"])?.credentials.secret == "a pass phrase…")
        #expect(throws: BucketSettings.Problem.self) { try settings(["AWS_ACCESS_KEY_ID": "a name"]) }
    }
}
