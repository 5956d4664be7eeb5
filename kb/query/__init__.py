"""What a question asks for, read without a language model."""
