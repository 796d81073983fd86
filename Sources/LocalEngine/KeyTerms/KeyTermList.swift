import Synchronization

/// The key terms of a stream or a recording. They are compiled once, on the thread that needs them first.
package final class KeyTermList: Sendable {
    /// The terms as they were given.
    let terms: [String]
    private let compiler: KeyTermCompiler
    private let state = Mutex<CompiledTerms?>(nil)

    /// Makes the list; nil when there are no terms, so that nothing is done for them.
    package init?(_ terms: [String], _ compiler: KeyTermCompiler) {
        guard !terms.isEmpty else { return nil }
        self.terms = terms
        self.compiler = compiler
    }

    /// The compiled terms. Blocks while they are compiled.
    package var compiled: CompiledTerms {
        state.withLock { state in
            if let compiled = state { return compiled }
            let compiled = compiler.compile(terms)
            state = compiled
            return compiled
        }
    }
}
