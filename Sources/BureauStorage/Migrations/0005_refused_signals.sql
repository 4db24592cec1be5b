-- Anybody can send requests that are refused: the oldest are trimmed every minute, which has to be cheap.
CREATE INDEX signal_refused ON signal (id) WHERE verdict = 'refused';
