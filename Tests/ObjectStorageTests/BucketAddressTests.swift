import ObjectStorage
import Testing

@Suite struct `A bucket's address` {
    @Test(arguments: [
        ("s3://recordings", "https://recordings.s3.us-east-1.amazonaws.com/", ""),
        ("s3://recordings/harken/one?region=eu-west-1", "https://recordings.s3.eu-west-1.amazonaws.com/", "harken/one/"),
        ("s3://my.bucket/", "https://s3.us-east-1.amazonaws.com/my.bucket/", ""),
        ("s3://recordings/a?endpoint=http://127.0.0.1:9000/", "http://127.0.0.1:9000/recordings/", "a/"),
    ])
    func `is the beginning of the objects' URLs`(text: String, root: String, prefix: String) throws {
        let address = try #require(BucketAddress(text))
        #expect(address.root == root)
        #expect(address.prefix == prefix)
    }

    @Test func `takes region and endpoint of the environment where the address has none`() throws {
        let address = try #require(BucketAddress("s3://recordings", region: "eu-west-2", endpoint: "http://minio:9000"))
        #expect(address.root == "http://minio:9000/recordings/")
        #expect(address.region == "eu-west-2")
    }

    @Test(arguments: [
        "", "recordings", "http://recordings", "s3://", "s3://a", "s3://recordings/../b", "s3://recordings/a b",
        "s3://recordings?endpoint=ftp://host",
        "s3://recordings?endpoint=http://user:secret@host", "s3://recordings?key=1", "s3://recordings?region=", "s3://recordings?endpoint=https://",
    ])
    func `is refused when it is malformed`(text: String) {
        #expect(BucketAddress(text) == nil)
    }
}
