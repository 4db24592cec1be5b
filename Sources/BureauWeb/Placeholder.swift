// Placeholder until the first file of this ring arrives.
