internal import Framing

/// The settings of the bucket for an installation's blobs: `HARKEN_BLOBS`, and the variables that programs for Amazon S3 have in common.
package struct BucketSettings: Sendable, Equatable {
    package var address: BucketAddress
    package var credentials: BucketCredentials

    package static let variable = "HARKEN_BLOBS"

    /// Fault of a setting, in words without a secret.
    package struct Problem: Error, Sendable {
        package var name: String
        package var fault: String
        package var accepted: String
    }

    /// Reads the settings; nil when blobs stay in the data directory.
    ///
    /// - Parameter value: returns the value of a variable; nil when it is not set.
    package init?(_ value: (String) -> String?) throws(Problem) {
        func text(_ name: String) -> String? {
            let text = value(name)?.trimmingSurroundings ?? ""
            return text.isEmpty ? nil : text
        }
        guard let blobs = text(Self.variable) else { return nil }
        guard
            let address = BucketAddress(
                blobs, region: text("AWS_REGION") ?? text("AWS_DEFAULT_REGION") ?? "us-east-1",
                endpoint: text("AWS_ENDPOINT_URL_S3") ?? text("AWS_ENDPOINT_URL"))
        else { throw Problem(name: Self.variable, fault: "is not the address of a bucket", accepted: BucketAddress.accepted) }
        guard let keyID = text("AWS_ACCESS_KEY_ID"), let secret = text("AWS_SECRET_ACCESS_KEY") else {
            let missing = text("AWS_ACCESS_KEY_ID") == nil ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"
            throw Problem(name: missing, fault: "is not set, and \(Self.variable) needs it", accepted: "a key of the object storage")
        }
        self.address = address
        credentials = BucketCredentials(
            keyID: try Self.key("AWS_ACCESS_KEY_ID", keyID), secret: try Self.key("AWS_SECRET_ACCESS_KEY", secret, isSent: false),
            sessionToken: try text("AWS_SESSION_TOKEN").map { token throws(Problem) in try Self.key("AWS_SESSION_TOKEN", token) })
    }

    /// - Parameter isSent: true if the text itself is sent.
    private static func key(_ name: String, _ text: String, isSent: Bool = true) throws(Problem) -> String {
        do throws(KeyText.Flaw) {
            return try isSent ? KeyText(text).text : KeyText(unsent: text).text
        } catch {
            throw Problem(name: name, fault: "\(error)", accepted: KeyText.accepted)
        }
    }
}
