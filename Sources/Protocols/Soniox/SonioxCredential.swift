package import Framing

/// Finds the credential that a Soniox client sent: `Authorization: Bearer KEY`, with the scheme in any case.
package enum SonioxCredential {
    package static func find(in head: HTTPRequestHead) -> Credential? {
        Credential.authorization(of: head, schemes: ["bearer"])
    }
}
