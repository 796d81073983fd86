import Protocols
import Testing

@Suite struct `Terms of a prompt` {
    @Test(arguments: [
        ("ZyntriQix, Digique Plus, CynapseFive", ["ZyntriQix", "Digique Plus", "CynapseFive"]),
        ("Glossary: narcotic, apomorphine, and alimentary canal.", ["narcotic", "apomorphine", "alimentary canal"]),
        ("Names:\n- Anna Weiss\n- Jörg Bühler\n- Li", ["Anna Weiss", "Jörg Bühler", "Li"]),
        ("Kubernetes", ["Kubernetes"]), ("GPT-4, DALL·E", ["GPT-4", "DALL·E"]), ("a; b; a", []), ("Harken, Harken, Omi", ["Harken", "Omi"]),
    ])
    func `a list gives its entries, each once`(prompt: String, terms: [String]) {
        #expect(PromptTerms.terms(of: prompt) == terms)
    }

    @Test(arguments: [
        ("The call is with Anna Weiss and Omar from OpenAI about pricing.", ["Anna Weiss", "Omar", "OpenAI"]),
        ("iPhone sales grew. Cook was happy with them. He told Maestri.", ["iPhone", "Maestri"]),
        ("Umm, let me think like, hmm... Okay, here's what I'm, like, thinking.", []), ("Hello, welcome to my lecture.", []), ("Names.", []),
        ("please use proper punctuation", []), ("", []),
    ])
    func `other text gives its names only`(prompt: String, terms: [String]) {
        #expect(PromptTerms.terms(of: prompt) == terms)
    }

    @Test func `no prompt gives too many terms`() {
        #expect(PromptTerms.terms(of: (0..<5_000).map { "Term\($0)" }.joined(separator: ", ")).count == 100)
        #expect(PromptTerms.terms(of: nil).isEmpty)
    }
}
