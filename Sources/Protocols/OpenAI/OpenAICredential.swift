package import Framing

/// Finds the credential that an OpenAI client sent: `Authorization: Bearer KEY`, with the scheme in any case.
package enum OpenAICredential {
    package static func find(in head: HTTPRequestHead) -> Credential? {
        Credential.authorization(of: head, schemes: ["bearer"])
    }
}
