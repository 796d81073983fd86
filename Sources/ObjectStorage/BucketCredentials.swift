/// The identity with which Harken uses a bucket.
package struct BucketCredentials: Sendable, Equatable {
    package var keyID: String
    package var secret: String
    /// Token of temporary credentials; nil for lasting ones.
    package var sessionToken: String?

    package init(keyID: String, secret: String, sessionToken: String? = nil) {
        self.keyID = keyID
        self.secret = secret
        self.sessionToken = sessionToken
    }
}
