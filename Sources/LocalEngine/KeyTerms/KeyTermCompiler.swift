import Synchronization

/// Compiles lists of key terms. The pronouncing dictionary and the tokens by text are loaded with the first list, so that nobody pays for them who has
/// no key terms.
package final class KeyTermCompiler: Sendable {
    private struct Loaded: Sendable {
        let encoder: TextEncoder
        let pronunciations: Pronunciations
    }

    private let table: TokenTable
    private let dictionary: String
    private let loaded = Mutex<Loaded?>(nil)

    /// - Parameter dictionary: the path of the pronouncing dictionary. Without the file, all words are pronounced by rules.
    init(_ table: TokenTable, dictionary: String) {
        self.table = table
        self.dictionary = dictionary
    }

    /// Compiles a list. Takes 0.1 ms for each term, and some tens of milliseconds the first time. Blocks.
    package func compile(_ terms: [String]) -> CompiledTerms {
        let loaded = loaded.withLock { loaded in
            if let loaded { return loaded }
            let made = Loaded(encoder: TextEncoder(table), pronunciations: (try? Pronunciations(path: dictionary)) ?? Pronunciations([]))
            loaded = made
            return made
        }
        return CompiledTerms(terms, loaded.encoder, loaded.pronunciations)
    }
}
