"""From a file to a scene in the knowledge base."""
