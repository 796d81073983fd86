package import Framing

/// How callers of Harken's own routes show who they are: `Authorization: Bearer KEY`, or `Token KEY`.
package enum HarkenCredential {
    package static func find(in head: HTTPRequestHead) -> Credential? {
        Credential.authorization(of: head, schemes: ["bearer", "token"])
    }
}
