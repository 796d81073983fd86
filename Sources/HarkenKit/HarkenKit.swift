/// Words, times, languages and engine errors, for whoever imports HarkenKit.
@_exported public import Speech
