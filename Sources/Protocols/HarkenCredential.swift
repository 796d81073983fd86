package import Framing

/// Finds the credential that a caller of Harken's own routes sent: `Authorization: Bearer KEY`, or `Token KEY`.
package enum HarkenCredential {
    package static func find(in head: HTTPRequestHead) -> Credential? {
        Credential.authorization(of: head, schemes: ["bearer", "token"])
    }
}
