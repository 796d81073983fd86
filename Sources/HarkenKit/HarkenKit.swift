/// Words, times, languages and engine errors: every program that imports HarkenKit needs them.
@_exported public import Speech
