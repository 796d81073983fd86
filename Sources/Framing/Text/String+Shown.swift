extension String {
    /// Maximum number of characters of a stranger's text in a message, as Unicode scalars.
    private static let maxShown = 80

    /// The beginning of the text for a message. Characters that a terminal obeys, or that change the order of what is read, become `?`.
    package var shown: String {
        let scalars = unicodeScalars.prefix(Self.maxShown).map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: "?"
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
