internal import Protocols
package import Speech

extension LiveSession {
    /// Returns the error that broke off the session, in words for its client. The words of an engine's error are followed by the engine's name and a
    /// stable code. A vendor's words about the operator's key or account are left out.
    package func told(_ error: EngineError) -> EngineError {
        // An error that no engine caused, such as an end of the session's own key, has nothing to leave out.
        guard let failed = orphaned.last(where: { $0.error == error }) else { return error }
        return ProviderError(error, by: failed.engine, payer: isByOwnKeys ? .user : .operator).tagged
    }
}
