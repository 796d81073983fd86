extension Segment {
    /// Returns the segment with a text that a person wrote. Words that stand keep their times and confidence; other words get times between those:
    /// see `EditedWords`. A segment whose words have no times gets none. Returns the segment itself when the text is the same.
    package func edited(to text: String) -> Segment {
        guard text != self.text else { return self }
        var segment = self
        segment.text = text
        segment.words = EditedWords(text, in: self).words
        segment.isEdited = true
        return segment
    }
}
