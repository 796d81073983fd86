internal import Protocols
package import Speech

extension LiveSession {
    /// Why the session broke off, in words for its client: behind an engine's error stand the engine's name and a stable code, and what a vendor says
    /// of the operator's key or account is left out.
    package func told(_ error: EngineError) -> EngineError {
        // Of what ends a session besides its engines, as its own key's end, nothing is to be hidden.
        guard let failed = orphaned.last(where: { $0.error == error }) else { return error }
        return ProviderError(error, by: failed.engine, payer: isByOwnKeys ? .user : .operator).tagged
    }
}
