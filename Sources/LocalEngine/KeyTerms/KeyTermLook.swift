/// The second look at a recognised text: the key terms, and the part of the text that may be changed.
package struct KeyTermLook: Sendable {
    package let terms: CompiledTerms
    /// Index of the first token that may be changed. Tokens before it are context.
    package let first: Int

    package init(_ terms: CompiledTerms, from first: Int = 0) {
        self.terms = terms
        self.first = first
    }
}
