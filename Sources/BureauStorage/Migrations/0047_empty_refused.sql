-- Of refused requests those without a body say least and come most: they are trimmed by themselves.
CREATE INDEX signal_refused_empty ON signal (id) WHERE verdict = 'refused' AND body_bytes = 0;
