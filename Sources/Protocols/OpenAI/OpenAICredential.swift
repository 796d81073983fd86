package import Framing

/// How OpenAI's clients show who they are: `Authorization: Bearer KEY`, the scheme in any case.
package enum OpenAICredential {
    package static func find(in head: HTTPRequestHead) -> Credential? {
        Credential.authorization(of: head, schemes: ["bearer"])
    }
}
