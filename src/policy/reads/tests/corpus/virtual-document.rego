# A reference with an unknown part that rules answer.
package p

checks.host := "hostNetwork" if input.review.object.spec.hostNetwork

checks.pid := "hostPID" if input.review.object.spec.hostPID

violation contains {"msg": msg} if msg := data.p.checks[_]
