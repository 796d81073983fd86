internal import Framing

/// A signature of AWS, version 4, by which a service such as an object storage knows who sends a request. libcurl computes the signature.
///
/// The request names the SHA-256 of its body in `x-amz-content-sha256`. Its query is sorted by name and percent-encoded.
package struct RequestSignature: Sendable, Equatable {
    package var keyID: String
    package var secret: String
    /// Token of temporary credentials; nil for lasting ones.
    package var sessionToken: String?
    package var region: String
    /// Name of the service, such as `s3`.
    package var service: String

    package init(keyID: String, secret: String, sessionToken: String? = nil, region: String, service: String) {
        self.keyID = keyID
        self.secret = secret
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
    }

    static let tokenHeader = "x-amz-security-token"

    /// The headers that get parts of the identity.
    var headers: HTTPHeaders {
        var headers: HTTPHeaders = ["Authorization": keyID + region + service]
        if let sessionToken { headers.add(Self.tokenHeader, sessionToken) }
        return headers
    }
}
